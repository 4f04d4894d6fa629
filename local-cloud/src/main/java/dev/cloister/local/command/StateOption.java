package dev.cloister.local.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.local.RunningFile;
import dev.cloister.local.StateLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The state directory of a command; a picocli mixin. */
final class StateOption {
    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Where keys, objects and credentials are kept (default: cloister/local under "
                    + "$XDG_STATE_HOME, or under ~/.local/state).")
    private @Nullable Path directory;

    StateLayout layout() {
        Path chosen = directory == null ? defaultDirectory() : directory;
        return new StateLayout(chosen.toAbsolutePath().normalize());
    }

    /** The local cloud that runs on the directory. */
    Optional<RunningFile> running() throws IOException {
        return RunningFile.read(layout().running());
    }

    RunningFile requireRunning() throws IOException, CommandException {
        return running()
                .orElseThrow(() -> new CommandException(
                        ExitStatus.FAILED,
                        "no local cloud is running on " + layout().root(),
                        "start one with 'cloister local up --detach'"));
    }

    private static Path defaultDirectory() {
        String base = System.getenv("XDG_STATE_HOME");
        Path home = Path.of(System.getProperty("user.home"), ".local", "state");
        return (base == null || base.isEmpty() ? home : Path.of(base))
                .resolve("cloister")
                .resolve("local");
    }
}
