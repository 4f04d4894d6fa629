package dev.cloister.host.mount;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cloister.cli.CommandException;
import dev.cloister.host.remote.FileException;
import dev.cloister.host.remote.RemoteFileSystem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The synced folder, mounted: from {@link #mount} until somebody unmounts it. */
public final class FuseMount {
    /** Requests of the kernel that are under way at once. */
    private static final int THREADS = 16;
    /** The longest request is a write: its data, and a page for its head. */
    private static final int BUFFER_SIZE = RemoteFileSystem.MAX_TRANSFER + 4096;
    /** How long requests that are under way may take when the mount is closed. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final FuseLibrary library;
    private final MountPoint point;
    /** Held because libfuse keeps its address. */
    private final OperationTable operations;

    private final RemoteFileSystem files;
    private final OpenFiles open = new OpenFiles();
    private final long fuse;
    private final long mountPointName;
    private final KernelDevice device;
    private final DataRequests data;
    private final NewerRequests newer;
    private final long session;
    private final OwnChannel channel;

    private final List<RequestThread> threads = new ArrayList<>();

    /**
     * Mounts and returns once the mount answers.
     *
     * @param allowOther whether other users of this machine may use the mount, as its permission bits say
     * @throws CommandException with status 14, naming what is wrong
     */
    public static FuseMount mount(RemoteFileSystem files, MountPoint point, boolean allowOther)
            throws CommandException {
        FuseMount mount = new FuseMount(files, point, allowOther);
        try {
            mount.serve();
            return mount;
        } catch (CommandException | RuntimeException | Error e) {
            mount.close();
            throw e;
        }
    }

    private FuseMount(RemoteFileSystem files, MountPoint point, boolean allowOther) throws CommandException {
        this.library = FuseLibrary.load();
        this.point = point;
        this.files = files;
        this.operations = new OperationTable(
                new FileOperations(files, open, owners(files)),
                new DirectoryOperations(files),
                new ExtendedAttributeOperations(files));
        // -f: the process is put into the background elsewhere, once the mount answers.
        List<String> arguments =
                List.of("cloister", "-f", options(allowOther), point.path().toString());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vector = arena.allocate(ValueLayout.ADDRESS, arguments.size() + 1);
            for (int i = 0; i < arguments.size(); i++) {
                vector.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(arguments.get(i)));
            }
            MemorySegment name = arena.allocate(JAVA_LONG);
            MemorySegment multithreaded = arena.allocate(JAVA_INT);
            this.fuse = library.fuse_setup(
                    arguments.size(),
                    vector.address(),
                    operations.address(),
                    operations.size(),
                    name.address(),
                    multithreaded.address(),
                    0);
            if (fuse == 0) {
                throw MountPoint.failed(
                        "the kernel did not mount on " + point.path(), "libfuse has said why in the line above");
            }
            this.mountPointName = name.get(JAVA_LONG, 0);
        }
        session = library.fuse_get_session(fuse);
        int descriptor = library.fuse_chan_fd(library.fuse_session_next_chan(session, 0));
        device = new KernelDevice(descriptor);
        KeptPages pages = new KeptPages();
        data = new DataRequests(files.data(), device, pages);
        newer = new NewerRequests(files, open, device);
        channel = new OwnChannel(library, descriptor, BUFFER_SIZE, new KernelAnswers(device, open, pages));
    }

    /**
     * The mount options. Whatever a run in the enclave has written and closed is what the next open on the parent reads,
     * and {@code stat} is never older than the call; so nothing is cached, but for what {@link KernelAnswers} allows.
     */
    private static String options(boolean allowOther) {
        String options = "-ofsname=cloister,subtype=cloister,big_writes,max_write=" + RemoteFileSystem.MAX_TRANSFER
                + ",max_read=" + RemoteFileSystem.MAX_TRANSFER
                + ",atomic_o_trunc,use_ino,attr_timeout=0,entry_timeout=0,negative_timeout=0";
        return allowOther ? options + ",allow_other,default_permissions" : options;
    }

    private static Owners owners(RemoteFileSystem files) throws CommandException {
        try {
            return Owners.of(files);
        } catch (FileException e) {
            throw MountPoint.failed("the enclave's folder cannot be looked at: " + e.getMessage(), null);
        } catch (IOException e) {
            throw MountPoint.failed("/proc cannot be read: " + e.getMessage(), null);
        }
    }

    private void serve() throws CommandException {
        for (int number = 0; number < THREADS; number++) {
            threads.add(new RequestThread(new KernelRequests(), BUFFER_SIZE, number));
        }
        threads.forEach(Thread::start);
        point.probe();
        ReadAhead.raise(point.path());
    }

    /** What the threads of this mount do. */
    private final class KernelRequests implements RequestThread.Requests {
        @Override
        public boolean receive(KernelRequest request) {
            files.readAnswers();
            return device.receive(request.memory()) > 0;
        }

        @Override
        public void handle(KernelRequest request) {
            if (!data.take(request) && !newer.take(request)) {
                library.fuse_session_process(session, request.memory().address(), request.length(), channel.address());
            }
        }
    }

    /** Waits until the mount has ended. */
    public void awaitEnd() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        device.end();
        library.fuse_teardown(fuse, mountPointName);
    }

    /** Unmounts, even when files are open. */
    public void close() {
        try {
            point.unmount();
            Instant deadline = Instant.now().plus(CLOSE_TIMEOUT);
            for (Thread thread : threads) {
                boolean _ = thread.join(Duration.between(Instant.now(), deadline));
            }
        } catch (CommandException e) {
            System.err.println("cloister: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
