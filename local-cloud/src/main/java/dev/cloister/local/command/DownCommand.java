package dev.cloister.local.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.local.RunningFile;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code cloister local down}: ends a local cloud; its state stays. That none is running is no error. */
@Command(name = "down", description = "End the local cloud; its state stays.")
final class DownCommand implements Callable<Integer> {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final StateOption state = new StateOption();

    @Override
    public Integer call() throws IOException, CommandException {
        Optional<ProcessHandle> process = state.running().flatMap(RunningFile::process);
        if (process.isPresent()) {
            Detached.end("the local cloud", process.get());
        }
        if (common.json()) {
            System.out.println(Json.write(Map.of("ended", process.isPresent())));
        } else if (process.isEmpty()) {
            System.err.println(
                    "cloister: no local cloud is running on " + state.layout().root());
        }
        return ExitStatus.DONE.code();
    }
}
