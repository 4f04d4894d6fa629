package dev.cloister.local;

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
import java.util.concurrent.TimeUnit;

/** A local cloud in a process of its own, in a session of its own, so that closing the terminal does not end it. */
final class Detached {
    private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
    private static final long POLL_MILLIS = 25;

    private Detached() {}

    /**
     * Starts it and returns once it serves.
     *
     * @param arguments of {@link LocalMain}
     */
    static RunningFile start(StateLayout layout, List<String> arguments) throws IOException, CommandException {
        if (RunningFile.read(layout.running()).isPresent()) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    "another local cloud is running on " + layout.root(),
                    "use it with 'cloister local env', end it with 'cloister local down', or give another --state");
        }
        PrivateFiles.directory(layout.root());
        PrivateFiles.replace(layout.log(), new byte[0]);
        Process process = new ProcessBuilder(command(arguments))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(layout.log().toFile()))
                .redirectErrorStream(true)
                .start();
        boolean isReady = false;
        try {
            RunningFile running = await(process, layout);
            isReady = true;
            return running;
        } finally {
            if (!isReady) {
                process.destroy();
            }
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

    private static RunningFile await(Process process, StateLayout layout) throws IOException, CommandException {
        long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
        try {
            while (System.nanoTime() < deadline) {
                Optional<RunningFile> running = RunningFile.read(layout.running());
                if (running.isPresent()) {
                    return running.get();
                }
                if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                    throw failed("the local cloud ended at once: " + lastLine(layout.log()), layout);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw failed("the local cloud was not ready within " + READY_TIMEOUT.toSeconds() + " s", layout);
    }

    private static CommandException failed(String message, StateLayout layout) {
        return new CommandException(ExitStatus.FAILED, message, "see " + layout.log());
    }

    /** The error the process printed, without the words that the error of this one will begin with as well. */
    private static String lastLine(Path log) throws IOException {
        return Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("cloister: error: "))
                .map(line -> line.substring("cloister: error: ".length()))
                .reduce("it said nothing", (earlier, later) -> later);
    }
}
