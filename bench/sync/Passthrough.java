import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cloister.host.mount.Calls;
import dev.cloister.host.mount.FuseLibrary;
import dev.cloister.protocol.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.BaseStruct;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import jnr.ffi.types.size_t;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * What the synced folder is measured against: a folder of this machine shown through the same FUSE library, and nothing
 * else. {@code Passthrough SOURCE MOUNTPOINT}; ends when it is unmounted. Each callback is one call of the C library on
 * the addresses that libfuse gives, in threads of Java's own, so that nothing of Java's is in the way but the call.
 */
public final class Passthrough {
    private static final int THREADS = 16;
    private static final int FLAG_NULLPATH_OK_NOPATH_UTIME_OMIT = 7;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int O_RDONLY_DIRECTORY = 0x10000;
    private static final long DIRENT_NAME = 19;
    private static final String EMPTY = ".";

    private static final MethodHandle OPENAT = bindOpen();
    private static final MethodHandle CLOSE = Libc.bind("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle PREAD = Libc.bind("pread", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle PWRITE = Libc.bind("pwrite", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle FSYNC = Libc.bind("fsync", JAVA_INT, JAVA_INT);
    private static final MethodHandle FTRUNCATE = Libc.bind("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle FSTAT = Libc.bind("fstat", JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle FSTATAT = Libc.bind("fstatat", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle MKDIRAT = Libc.bind("mkdirat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle UNLINKAT = Libc.bind("unlinkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle RENAMEAT = Libc.bind("renameat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
    private static final MethodHandle FCHMODAT = Libc.bind("fchmodat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle FCHOWNAT =
            Libc.bind("fchownat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle UTIMENSAT =
            Libc.bind("utimensat", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle GETDENTS = Libc.bind("getdents64", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle LSEEK = Libc.bind("lseek", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle FILL =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
    private static final MemorySegment DOT = Arena.global().allocateFrom(EMPTY);

    /** libfuse's own loop, a request at a time. */
    public interface Loop extends FuseLibrary {
        @size_t
        long fuse_chan_bufsize(long channel);

        int fuse_chan_recv(long channelReference, long buffer, @size_t long size);
    }

    private final Loop library;
    private final int root;
    private final Runtime runtime = Runtime.getSystemRuntime();
    private final Layout layout = new Layout(runtime);
    private final MemorySegment table = Arena.global().allocate(Struct.size(layout), 8);
    private final List<Object> callbacks = new ArrayList<>();

    private static final class Layout extends FuseOperations {
        Layout(Runtime runtime) {
            super(runtime);
        }

        long offset(Func<?> member) {
            return member.offset();
        }

        long flagsOffset() {
            return flag_nullpath_ok.offset();
        }
    }

    private interface Call {
        long run(MemorySegment errno) throws Throwable;
    }

    private Passthrough(Path source) throws Exception {
        library = LibraryLoader.create(Loop.class).failImmediately().load("libfuse.so.2");
        MemorySegment name = Arena.global().allocateFrom(source.toString());
        root = of(errno -> (int) OPENAT.invokeExact(errno, -100, name, O_RDONLY_DIRECTORY, 0));
        table.set(JAVA_BYTE, layout.flagsOffset(), (byte) FLAG_NULLPATH_OK_NOPATH_UTIME_OMIT);
        fill();
    }

    public static void main(String[] arguments) throws Exception {
        new Passthrough(Path.of(arguments[0])).serve(arguments[1]);
    }

    private static MethodHandle bindOpen() {
        return Libc.bindVariadic("openat", 3, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    }

    private void serve(String mountPoint) throws InterruptedException {
        // Everything that libfuse offers for speed, the kernel's caches of names and attributes (1 s) included.
        List<String> arguments = List.of(
                "passthrough", "-f", "-obig_writes,max_write=131072,max_read=131072,kernel_cache,use_ino", mountPoint);
        MemorySegment vector = Arena.global().allocate(ADDRESS, arguments.size() + 1);
        for (int i = 0; i < arguments.size(); i++) {
            vector.setAtIndex(ADDRESS, i, Arena.global().allocateFrom(arguments.get(i)));
        }
        MemorySegment name = Arena.global().allocate(JAVA_LONG);
        long fuse = library.fuse_setup(
                arguments.size(),
                vector.address(),
                table.address(),
                table.byteSize(),
                name.address(),
                Arena.global().allocate(JAVA_INT).address(),
                0);
        if (fuse == 0) {
            System.exit(1);
        }
        long session = library.fuse_get_session(fuse);
        long channel = library.fuse_session_next_chan(session, 0);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> loop(session, channel)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        library.fuse_teardown(fuse, name.get(JAVA_LONG, 0));
    }

    private void loop(long session, long channel) {
        MemorySegment request = Arena.global().allocate(library.fuse_chan_bufsize(channel), 4096);
        MemorySegment reference = Arena.global().allocate(JAVA_LONG);
        reference.set(JAVA_LONG, 0, channel);
        while (true) {
            int size = library.fuse_chan_recv(reference.address(), request.address(), request.byteSize());
            if (size > 0) {
                library.fuse_session_process(session, request.address(), size, channel);
            } else if (size != -Libc.EINTR && size != -Libc.EAGAIN) {
                return;
            }
        }
    }

    private static int of(Call call) {
        try {
            long result = call.run(Libc.errnoBuffer());
            return result < 0 ? -Libc.errno() : (int) result;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** libfuse's path without its slash; "." for the root. */
    private static MemorySegment relative(long path) {
        MemorySegment text = MemorySegment.ofAddress(path + 1).reinterpret(1);
        return text.get(JAVA_BYTE, 0) == 0 ? DOT : text;
    }

    private static MemorySegment at(long address) {
        return MemorySegment.ofAddress(address);
    }

    private static MemorySegment info(long address) {
        return MemorySegment.ofAddress(address).reinterpret(40);
    }

    private static int handle(long info) {
        return (int) info(info).get(JAVA_LONG, 24);
    }

    private int open(long path, long info, int mode) {
        int flags = info(info).get(JAVA_INT, 0);
        int descriptor = of(errno -> (int) OPENAT.invokeExact(errno, root, relative(path), flags, mode));
        info(info).set(JAVA_LONG, 24, descriptor);
        return Math.min(descriptor, 0);
    }

    private int close(long info) {
        return of(errno -> (int) CLOSE.invokeExact(errno, handle(info)));
    }

    private int attributes(long path, long stat) {
        return of(errno ->
                (int) FSTATAT.invokeExact(errno, root, relative(path), at(stat), AT_SYMLINK_NOFOLLOW));
    }

    private int list(long buffer, long filler, long offset, long info) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entries = arena.allocate(32 << 10, 8);
            MemorySegment stat = arena.allocate(144, 8);
            int descriptor = handle(info);
            of(errno -> (long) LSEEK.invokeExact(errno, descriptor, offset, 0));
            while (true) {
                int filled = of(errno -> (long) GETDENTS.invokeExact(errno, descriptor, entries, 32L << 10));
                if (filled <= 0) {
                    return filled;
                }
                for (long at = 0; at < filled; at += Short.toUnsignedInt(
                        entries.get(java.lang.foreign.ValueLayout.JAVA_SHORT, at + 16))) {
                    stat.set(JAVA_LONG, 8, entries.get(JAVA_LONG, at));
                    stat.set(JAVA_INT, 24, entries.get(JAVA_BYTE, at + 18) << 12);
                    long next = entries.get(JAVA_LONG, at + 8);
                    int isFull = (int) FILL.invokeExact(
                            at(filler), at(buffer), entries.asSlice(at + DIRENT_NAME), stat, next);
                    if (isFull != 0) {
                        return 0;
                    }
                }
            }
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private void fill() {
        put(layout.getattr, Calls.LL.class, this::attributes);
        put(layout.open, Calls.LL.class, (path, info) -> open(path, info, 0));
        put(layout.create, Calls.LIL.class, (path, mode, info) -> {
            info(info).set(JAVA_INT, 0, info(info).get(JAVA_INT, 0) | 0100);
            return open(path, info, mode);
        });
        put(layout.read, Calls.LLLLL.class, (path, buffer, size, offset, info) -> of(errno ->
                (long) PREAD.invokeExact(errno, handle(info), at(buffer), size, offset)));
        put(layout.write, Calls.LLLLL.class, (path, buffer, size, offset, info) -> of(errno ->
                (long) PWRITE.invokeExact(errno, handle(info), at(buffer), size, offset)));
        put(layout.fsync, Calls.LIL.class, (path, dataOnly, info) -> of(errno ->
                (int) FSYNC.invokeExact(errno, handle(info))));
        put(layout.ftruncate, Calls.LLL.class, (path, size, info) -> of(errno ->
                (int) FTRUNCATE.invokeExact(errno, handle(info), size)));
        put(layout.fgetattr, Calls.LLL.class, (path, stat, info) -> of(errno ->
                (int) FSTAT.invokeExact(errno, handle(info), at(stat))));
        put(layout.release, Calls.LL.class, (path, info) -> close(info));
        put(layout.opendir, Calls.LL.class, (path, info) -> {
            int descriptor =
                    of(errno -> (int) OPENAT.invokeExact(errno, root, relative(path), O_RDONLY_DIRECTORY, 0));
            info(info).set(JAVA_LONG, 24, descriptor);
            return Math.min(descriptor, 0);
        });
        put(layout.readdir, Calls.LLLLL.class, (path, buffer, filler, offset, info) ->
                list(buffer, filler, offset, info));
        put(layout.releasedir, Calls.LL.class, (path, info) -> close(info));
        put(layout.mkdir, Calls.LI.class, (path, mode) -> of(errno ->
                (int) MKDIRAT.invokeExact(errno, root, relative(path), mode)));
        put(layout.unlink, Calls.L.class, path -> of(errno ->
                (int) UNLINKAT.invokeExact(errno, root, relative(path), 0)));
        put(layout.rmdir, Calls.L.class, path -> of(errno ->
                (int) UNLINKAT.invokeExact(errno, root, relative(path), AT_REMOVEDIR)));
        put(layout.rename, Calls.LL.class, (from, to) -> of(errno ->
                (int) RENAMEAT.invokeExact(errno, root, relative(from), root, relative(to))));
        put(layout.chmod, Calls.LI.class, (path, mode) -> of(errno ->
                (int) FCHMODAT.invokeExact(errno, root, relative(path), mode, 0)));
        put(layout.chown, Calls.LII.class, (path, uid, gid) -> of(errno ->
                (int) FCHOWNAT.invokeExact(errno, root, relative(path), uid, gid, AT_SYMLINK_NOFOLLOW)));
        put(layout.utimens, Calls.LL.class, (path, times) -> of(errno ->
                (int) UTIMENSAT.invokeExact(errno, root, relative(path), at(times), AT_SYMLINK_NOFOLLOW)));
    }

    private <T> void put(BaseStruct.Func<?> place, Class<T> shape, T callback) {
        callbacks.add(callback);
        table.set(
                JAVA_LONG,
                layout.offset(place),
                runtime.getClosureManager().getClosurePointer(shape, callback).address());
    }
}
