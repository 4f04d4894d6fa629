package dev.cloister.local.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.local.enclave.EnclaveFile;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code cloister local stop}: what {@code nitro-cli terminate-enclave} is on a parent instance. */
@Command(name = "stop", description = "End a local enclave.")
final class StopCommand implements Callable<Integer> {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final EnclaveOption enclave = new EnclaveOption();

    @Override
    public Integer call() throws IOException, CommandException {
        Optional<ProcessHandle> process = EnclaveFile.read(enclave.file()).flatMap(EnclaveFile::process);
        if (process.isPresent()) {
            Detached.end("the enclave", process.get());
        }
        if (common.json()) {
            System.out.println(Json.write(Map.of("Terminated", process.isPresent())));
        } else if (process.isEmpty()) {
            System.err.println("cloister: no enclave named '" + enclave.name() + "' is running");
        }
        return ExitStatus.DONE.code();
    }
}
