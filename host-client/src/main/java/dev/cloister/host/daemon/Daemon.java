package dev.cloister.host.daemon;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.protocol.libc.Libc;
import dev.cloister.protocol.libc.SystemCallException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A program that goes on in the background. Until it is ready it shares the terminal of the command that started it, so
 * its errors are seen; then it lets go of the terminal and its output goes to a log.
 */
public final class Daemon {
    private static final String READY = "ready";
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int O_WRONLY_CREAT_APPEND = 02101;
    private static final int OWNER_ONLY = 0600;

    private Daemon() {}

    /**
     * Starts a program that calls {@link #detach} and waits until it has.
     *
     * @param command the program's command line
     * @return its process once it is ready
     * @throws Failed when it ended instead; it has said why on stderr
     */
    public static ProcessHandle start(List<String> command) throws CommandException, Failed {
        try {
            Process process = new ProcessBuilder(inOwnSession(command))
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Thread stopWithUs = new Thread(process::destroy);
            Runtime.getRuntime().addShutdownHook(stopWithUs);
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                if (!READY.equals(out.readLine())) {
                    throw new Failed(process.waitFor());
                }
            } finally {
                Runtime.getRuntime().removeShutdownHook(stopWithUs);
            }
            return process.toHandle();
        } catch (IOException e) {
            throw new CommandException(ExitStatus.FAILED, "cannot start " + command.getFirst(), null, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitStatus.INTERRUPTED, "interrupted", null, e);
        }
    }

    /** A session of its own keeps Ctrl-C and a closing terminal away from the program. */
    private static List<String> inOwnSession(List<String> command) {
        List<String> full = new ArrayList<>();
        for (String folder :
                Objects.requireNonNullElse(System.getenv("PATH"), "").split(":", -1)) {
            Path setsid = Path.of(folder, "setsid");
            if (full.isEmpty() && Files.isExecutable(setsid)) {
                full.add(setsid.toString());
            }
        }
        full.addAll(command);
        return full;
    }

    /**
     * Called by the program when it is ready: from here on its output goes to {@code log}, and whoever started it
     * returns.
     */
    public static void detach(Path log) throws IOException {
        System.err.flush();
        leaveFolder();
        int fd = openLog(log);
        duplicate(fd, STDERR);
        System.out.println(READY);
        System.out.flush();
        duplicate(fd, STDOUT);
    }

    /** The folder where the command was called must not stay in use. Java has its class path in full already. */
    private static void leaveFolder() throws IOException {
        MethodHandle chdir = Libc.bind("chdir", JAVA_INT, ADDRESS);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment root = arena.allocateFrom("/");
            if ((int) chdir.invokeExact(Libc.errnoBuffer(), root) < 0) {
                throw new SystemCallException("chdir");
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    private static int openLog(Path log) throws IOException {
        MethodHandle open = Libc.bindVariadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(log.toString());
            int fd = (int) open.invokeExact(Libc.errnoBuffer(), path, O_WRONLY_CREAT_APPEND, OWNER_ONLY);
            if (fd < 0) {
                throw new SystemCallException("cannot write " + log);
            }
            return fd;
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    private static void duplicate(int from, int to) throws IOException {
        MethodHandle dup2 = Libc.bind("dup2", JAVA_INT, JAVA_INT, JAVA_INT);
        try {
            if ((int) dup2.invokeExact(Libc.errnoBuffer(), from, to) < 0) {
                throw new SystemCallException("dup2");
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    /** The program ended before it was ready, having said why. */
    public static final class Failed extends Exception {
        private static final long serialVersionUID = 1;

        private final int status;

        Failed(int status) {
            super("the program ended with status " + status);
            this.status = status;
        }

        /** Its exit status, at least 1. */
        public int status() {
            return Math.max(status, 1);
        }
    }
}
