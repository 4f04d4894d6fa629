package dev.cloister.local.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.local.state.PrivateFiles;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** This program in a process of its own, in a session of its own, so that closing the terminal does not end it. */
final class Detached {
    private static final Duration END_TIMEOUT = Duration.ofSeconds(60);
    private static final long POLL_MILLIS = 25;

    private Detached() {}

    /** Looks whether the process is ready. */
    interface Probe<T> {
        Optional<T> look() throws IOException;
    }

    /**
     * Starts it and returns what the probe finds once it is ready.
     *
     * @param what is started, for messages
     * @param log takes what it says on its standard streams; its folder is there
     * @param arguments of {@link LocalMain}
     * @param limit how long it may take until it is ready
     */
    static <T> T start(String what, Path log, List<String> arguments, Duration limit, Probe<T> probe)
            throws IOException, CommandException {
        PrivateFiles.replace(log, new byte[0]);
        Process process = new ProcessBuilder(command(arguments))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectErrorStream(true)
                .start();
        boolean isReady = false;
        try {
            T found = await(what, process, log, limit, probe);
            isReady = true;
            return found;
        } finally {
            if (!isReady) {
                process.destroy();
            }
        }
    }

    /** Ends such a process and waits until it is gone. */
    static void end(String what, ProcessHandle process) throws CommandException {
        process.destroy();
        try {
            process.onExit().get(END_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    what + " (process " + process.pid() + ") did not end within " + END_TIMEOUT.toSeconds() + " s",
                    "kill -9 " + process.pid(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                "setsid",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                LocalMain.class.getName()));
        command.addAll(arguments);
        return command;
    }

    private static <T> T await(String what, Process process, Path log, Duration limit, Probe<T> probe)
            throws IOException, CommandException {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (System.nanoTime() < deadline) {
                Optional<T> found = probe.look();
                if (found.isPresent()) {
                    return found.get();
                }
                if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                    throw failed("the " + what + " ended at once: " + lastLine(log), log);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw failed("the " + what + " was not ready within " + limit.toSeconds() + " s", log);
    }

    private static CommandException failed(String message, Path log) {
        return new CommandException(ExitStatus.FAILED, message, "see " + log);
    }

    /** The error the process printed, without the words that the error of this one will begin with as well. */
    private static String lastLine(Path log) throws IOException {
        return Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("cloister: error: "))
                .map(line -> line.substring("cloister: error: ".length()))
                .reduce("it said nothing", (earlier, later) -> later);
    }
}
