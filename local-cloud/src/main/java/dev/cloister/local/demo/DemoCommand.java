package dev.cloister.local.demo;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.local.enclave.Folders;
import dev.cloister.local.stage.Cleanup;
import dev.cloister.local.stage.StageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
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
        AtomicBoolean isInterrupted = new AtomicBoolean();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            isInterrupted.set(true);
            cleanup.close();
        }));
        try (cleanup) {
            new Demo(home, work, cleanup, System.out).play();
        } catch (Exception e) {
            if (isInterrupted.get()) {
                // Whatever failed, failed because it was taken down under the demo's feet.
                return ExitStatus.INTERRUPTED.code();
            }
            throw e instanceof StageException told
                    ? new CommandException(ExitStatus.FAILED, String.valueOf(told.getMessage()), null, told)
                    : e;
        }
        return cleanup.isComplete() ? ExitStatus.DONE.code() : ExitStatus.FAILED.code();
    }
}
