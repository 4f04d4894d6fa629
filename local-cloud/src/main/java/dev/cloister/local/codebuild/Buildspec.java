package dev.cloister.local.codebuild;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A build specification of version 0.2.
 *
 * @param shell {@code sh} or {@code bash}
 * @param variables of the environment, unless the project or the build sets them
 * @param exportedVariables names of those whose values are part of the result
 * @param phases those that are given
 */
record Buildspec(
        String shell, Map<String, String> variables, List<String> exportedVariables, Map<PhaseName, Phase> phases) {
    Buildspec {
        variables = Map.copyOf(variables);
        exportedVariables = List.copyOf(exportedVariables);
        phases = Map.copyOf(phases);
    }

    /** What becomes of a build after a phase that failed. */
    enum OnFailure {
        ABORT,
        CONTINUE
    }

    /**
     * One phase.
     *
     * @param onFailure empty for the rule that holds without one
     * @param commands run until one fails
     * @param finallyCommands run after them in any case
     */
    record Phase(Optional<OnFailure> onFailure, List<String> commands, List<String> finallyCommands) {
        /** A phase that is not given. */
        static final Phase NONE = new Phase(Optional.empty(), List.of(), List.of());

        Phase {
            commands = List.copyOf(commands);
            finallyCommands = List.copyOf(finallyCommands);
        }
    }

    Phase phase(PhaseName name) {
        return phases.getOrDefault(name, Phase.NONE);
    }
}
