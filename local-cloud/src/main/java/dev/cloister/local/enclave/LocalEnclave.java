package dev.cloister.local.enclave;

import dev.cloister.image.build.EifUnpacker;
import dev.cloister.image.build.UnpackedImage;
import dev.cloister.image.eif.Measurements;
import dev.cloister.image.file.FormatException;
import dev.cloister.local.nsm.LocalAttestationAuthority;
import dev.cloister.local.nsm.LocalNsm;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.EnclaveAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * An enclave on this machine: a real image, measured from its file and unpacked, whose program runs in namespaces of its
 * own instead of a virtual machine. A folder of unix sockets stands for its vsock ports, and a security module in this
 * process signs its attestation documents under a local root.
 *
 * <p>It protects nothing: root on this machine can look inside. It is there so that everything else is the real thing.
 */
public final class LocalEnclave implements Enclave {
    /** How long an enclave may take until it answers on both ports. */
    public static final Duration START_LIMIT = Duration.ofSeconds(60);

    private static final String NSM_SOCKET = "nsm.sock";
    private static final Duration PROBE = Duration.ofMillis(20);

    private final Path folder;
    private final Measurements measurements;
    private final NsmServer module;
    private final Process process;
    /** Should this process be told to end at any moment, also before the enclave serves, the enclave ends with it. */
    private final Thread atExit;

    private LocalEnclave(Path folder, Measurements measurements, NsmServer module, Process process) {
        this.folder = folder;
        this.measurements = measurements;
        this.module = module;
        this.process = process;
        this.atExit = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Starts an enclave and waits until its services answer.
     *
     * @param image an EIF
     * @param folder for the enclave's files, not there yet; its path must be short, since unix sockets lie in it
     * @param parent what registers 3 and 4 are derived from
     * @param authority signs what the security module vouches for
     * @throws FormatException when the image breaks the format's rules
     * @throws IOException when it does not start; the message gives the end of its console
     */
    public static LocalEnclave start(
            Path image, Path folder, ParentInstance parent, LocalAttestationAuthority authority)
            throws IOException, FormatException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            UnpackedImage unpacked = EifUnpacker.unpack(image, folder, warning -> {});
            Path platform = Files.createDirectory(folder.resolve("platform"));
            // Inside, a service that has given up root makes its socket here; outside, the folder above is closed.
            Files.setPosixFilePermissions(platform, PosixFilePermissions.fromString("rwxrwxrwx"));
            LocalNsm nsm = Modules.of(unpacked.measurements(), parent, authority);
            NsmServer module = NsmServer.start(new Address.Unix(platform.resolve(NSM_SOCKET)), nsm);
            Files.setPosixFilePermissions(platform.resolve(NSM_SOCKET), PosixFilePermissions.fromString("rw-rw-rw-"));
            Process process = Namespaces.start(unpacked, platform, console(folder));
            LocalEnclave enclave = new LocalEnclave(folder, unpacked.measurements(), module, process);
            enclave.awaitServices();
            return enclave;
        } catch (IOException | FormatException | RuntimeException e) {
            Folders.delete(folder);
            throw e;
        }
    }

    private void awaitServices() throws IOException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!answers(Address.SYNC_PORT) || !answers(Address.RUN_PORT)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                String end = consoleEnd();
                close();
                throw new IOException("the enclave did not start: " + end);
            }
            pause();
        }
    }

    private boolean answers(int port) {
        try {
            Channels.connect(address().enclavePort(port), Duration.ofSeconds(1)).close();
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(PROBE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while an enclave started", e);
        }
    }

    private String consoleEnd() throws IOException {
        String text = Files.readString(console(folder)).strip();
        return text.isEmpty() ? "its console is empty" : text.substring(text.lastIndexOf('\n') + 1);
    }

    @Override
    public EnclaveAddress address() {
        return new EnclaveAddress.Folder(folder.resolve("platform"));
    }

    @Override
    public Measurements measurements() {
        return measurements;
    }

    /** The host's pid of the enclave's first process. */
    public long pid() {
        return process.pid();
    }

    @Override
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void await() throws InterruptedException {
        process.waitFor();
    }

    private static Path console(Path folder) {
        return folder.resolve("console.log");
    }

    /**
     * Ends the enclave at once, as terminating a real one does, and removes its files. May be called again, and by
     * several threads: each returns when it is done.
     */
    @Override
    public synchronized void close() throws IOException {
        process.destroyForcibly();
        boolean isInterrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        module.close();
        Folders.delete(folder);
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            // It runs already, or has run.
        }
    }
}
