package dev.cloister.local.demo;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.local.enclave.Folders;
import dev.cloister.local.stage.Cleanup;
import dev.cloister.local.stage.StageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code cloister demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Play all personas on this machine, on a real model and real data, and then what must fail.")
public final class DemoCommand implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        Path home = Path.of(System.getProperty("cloister.home", "."));
        // Unix sockets lie below, and their paths must be short.
        Path work = Files.createTempDirectory("cloister-");
        Cleanup cleanup = new Cleanup(System.err);
        cleanup.add("remove " + work, () -> Folders.delete(work));
        Runtime.getRuntime().addShutdownHook(new Thread(cleanup::close));
        try (cleanup) {
            new Demo(home, work, cleanup, System.out).play();
        } catch (StageException e) {
            throw new CommandException(ExitStatus.FAILED, String.valueOf(e.getMessage()), null, e);
        }
        return cleanup.isComplete() ? ExitStatus.DONE.code() : ExitStatus.FAILED.code();
    }
}
