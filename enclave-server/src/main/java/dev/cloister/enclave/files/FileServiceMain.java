package dev.cloister.enclave.files;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cloister.enclave.kernel.SharedNumber;
import dev.cloister.enclave.posix.Directory;
import dev.cloister.enclave.posix.Errno;
import dev.cloister.enclave.posix.OpenFile;
import dev.cloister.enclave.posix.OpenFlag;
import dev.cloister.enclave.posix.PosixException;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.Listener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * The process that serves the synced folder: {@code FileServiceMain ROOT ADDRESS [RUNS-ENDED]}, where the last is the
 * file of a {@link dev.cloister.enclave.run.RunCount}; without it no client keeps file data. It logs nothing; when it cannot go
 * on, it says so in one line on stderr and ends with 1. SIGTERM ends it.
 *
 * <p>It is content with 32 MiB of heap. Its frames and file data lie outside the heap, and take up to 160 MiB when as
 * many clients as may connect ask for as much as they may; so {@code -XX:MaxDirectMemorySize} must allow that.
 */
public final class FileServiceMain {
    /** The file by which people on the parent see that the enclave is there. */
    static final String GREETING_NAME = "from_server.txt";

    private static final String GREETING = "cloister enclave: file service is running\n";
    private static final int GREETING_MODE = 0644;

    private FileServiceMain() {}

    /** Serves until it is told to end. */
    public static void main(String[] arguments) {
        if (arguments.length < 2 || arguments.length > 3) {
            fail("usage: FileServiceMain ROOT ADDRESS [RUNS-ENDED]");
        }
        try {
            LongSupplier runsEnded = FileService.UNKNOWN;
            if (arguments.length == 3) {
                runsEnded = SharedNumber.open(Path.of(arguments[2]))::get;
            }
            serve(Path.of(arguments[0]), Address.parse(arguments[1]), runsEnded);
        } catch (PosixException | IOException | IllegalArgumentException e) {
            fail(String.valueOf(e.getMessage()));
        }
    }

    private static void serve(Path folder, Address address, LongSupplier runsEnded) throws PosixException, IOException {
        // For the modes that clients give, and for the socket: who may reach it, its folder says.
        Directory.clearFileModeMask();
        try (Directory root = Directory.open(folder);
                Listener listener = Channels.listen(address);
                FileService service = new FileService(root, runsEnded)) {
            greet(root);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                listener.close();
                service.close();
            }));
            service.serve(listener);
        }
    }

    private static void greet(Directory root) throws PosixException {
        int flags = OpenFlag.WRITE | OpenFlag.CREATE | OpenFlag.EXCLUSIVE;
        byte[] text = GREETING.getBytes(US_ASCII);
        try (OpenFile file = root.open(GREETING_NAME.getBytes(US_ASCII), flags, GREETING_MODE)) {
            file.write(ByteBuffer.allocateDirect(text.length).put(text).flip(), 0);
        } catch (PosixException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    private static void fail(String why) {
        System.err.println("cloister: error: file service: " + why);
        System.exit(1);
    }
}
