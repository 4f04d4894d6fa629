package dev.cloister.local;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code cloister local down}: ends a local cloud; its state stays. That none is running is no error. */
@Command(name = "down", description = "End the local cloud; its state stays.")
final class DownCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final StateOption state = new StateOption();

    @Override
    public Integer call() throws IOException, CommandException {
        Optional<ProcessHandle> process = state.running().flatMap(RunningFile::process);
        if (process.isPresent()) {
            end(process.get());
        }
        if (common.json()) {
            System.out.println(Json.write(Map.of("ended", process.isPresent())));
        } else if (process.isEmpty()) {
            System.err.println(
                    "cloister: no local cloud is running on " + state.layout().root());
        }
        return ExitStatus.DONE.code();
    }

    private static void end(ProcessHandle process) throws CommandException {
        process.destroy();
        try {
            process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    "the local cloud (process " + process.pid() + ") did not end within " + PATIENCE.toSeconds() + " s",
                    "kill -9 " + process.pid(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
