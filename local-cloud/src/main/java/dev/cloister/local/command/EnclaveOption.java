package dev.cloister.local.command;

import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which local enclave; a picocli mixin. */
final class EnclaveOption {
    @Mixin
    private final StateOption state = new StateOption();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "enclave",
            description = "Tells several enclaves apart (default: ${DEFAULT-VALUE}).")
    private String name = "enclave";

    StateOption state() {
        return state;
    }

    String name() {
        return name;
    }

    /** Its files while it runs. */
    Path folder() {
        return state.layout().enclaves().resolve(name);
    }

    /** The facts of it while it runs. */
    Path file() {
        return state.layout().enclaves().resolve(name + ".json");
    }

    /** What it says on its standard streams when it is detached. */
    Path log() {
        return state.layout().enclaves().resolve(name + ".log");
    }
}
