package dev.cloister.host.enclave;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.protocol.channel.EnclaveAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides which enclave a command talks to. */
public final class EnclaveFinder {
    /** The environment variable that names an enclave. */
    public static final String VARIABLE = "CLOISTER_ENCLAVE";

    private final Map<String, String> environment;
    private final NitroCli nitroCli;

    public EnclaveFinder(Map<String, String> environment, NitroCli nitroCli) {
        this.environment = environment;
        this.nitroCli = nitroCli;
    }

    /** For this process. */
    public static EnclaveFinder ofThisMachine() {
        return new EnclaveFinder(System.getenv(), NitroCli.installed());
    }

    /**
     * The enclave that the user named: {@code option}, else the environment variable.
     *
     * @throws CommandException with status 2 when the address cannot be read
     */
    public Optional<EnclaveAddress> named(@Nullable String option) throws CommandException {
        String variable = environment.get(VARIABLE);
        if (option != null) {
            return Optional.of(parse("--enclave", option));
        }
        return variable == null || variable.isBlank() ? Optional.empty() : Optional.of(parse(VARIABLE, variable));
    }

    /**
     * The enclave that the user named, else the only one that runs.
     *
     * @throws CommandException with status 10 when none runs, or several do
     */
    public EnclaveAddress find(@Nullable String option) throws CommandException {
        Optional<EnclaveAddress> named = named(option);
        if (named.isPresent()) {
            return named.get();
        }
        List<NitroCli.Enclave> running = nitroCli.describeEnclaves().stream()
                .filter(NitroCli.Enclave::isRunning)
                .toList();
        return switch (running.size()) {
            case 0 ->
                throw new CommandException(
                        ExitStatus.ENCLAVE_UNREACHABLE,
                        "no enclave is running on this machine",
                        "start one with 'nitro-cli run-enclave', or pass --enclave");
            case 1 -> new EnclaveAddress.Kernel(running.getFirst().cid());
            default ->
                throw new CommandException(
                        ExitStatus.ENCLAVE_UNREACHABLE,
                        "several enclaves are running: " + NitroCli.names(running),
                        "name one with --enclave vsock:<cid>");
        };
    }

    private static EnclaveAddress parse(String source, String text) throws CommandException {
        try {
            // A command that goes on in the background does so in another folder.
            return EnclaveAddress.parse(text) instanceof EnclaveAddress.Folder(Path folder)
                    ? new EnclaveAddress.Folder(folder.toAbsolutePath())
                    : EnclaveAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitStatus.USAGE, source + ": " + e.getMessage(), "an enclave is vsock:<cid> or unix:<folder>");
        }
    }
}
