package dev.cloister.local.codebuild;

import dev.cloister.local.codebuild.Buildspec.OnFailure;
import dev.cloister.local.codebuild.Buildspec.Phase;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads build specifications by the reference in CodeBuild's user guide; what it does not do, it refuses by name. */
final class BuildspecParser {
    private static final Set<String> UNSUPPORTED =
            Set.of("run-as", "proxy", "batch", "reports", "artifacts", "cache", "eval");
    private static final Set<String> UNSUPPORTED_ENV =
            Set.of("parameter-store", "secrets-manager", "git-credential-helper");
    private static final Set<String> PHASES =
            Arrays.stream(PhaseName.values()).map(PhaseName::key).collect(Collectors.toSet());

    private BuildspecParser() {}

    /** Reads a file's text. */
    static Buildspec parse(String yaml) throws BuildspecException {
        YamlMap root = YamlMap.parse(yaml);
        root.allow(Set.of("version", "env", "phases"), UNSUPPORTED);
        String version = root.text("version").orElseThrow(() -> new BuildspecException("version is missing"));
        if (!version.equals("0.2")) {
            throw new BuildspecException("version is '" + version + "', and only 0.2 runs here");
        }
        Optional<YamlMap> env = root.map("env");
        YamlMap phases = root.map("phases").orElseThrow(() -> new BuildspecException("phases is missing"));
        phases.allow(PHASES, Set.of());
        Map<PhaseName, Phase> read = new EnumMap<>(PhaseName.class);
        for (PhaseName name : PhaseName.values()) {
            Optional<YamlMap> phase = phases.map(name.key());
            if (phase.isPresent()) {
                read.put(name, phase(phase.get(), name));
            }
        }
        if (read.isEmpty()) {
            throw new BuildspecException("phases is empty");
        }
        return env.isPresent() ? withEnvironment(env.get(), read) : new Buildspec("sh", Map.of(), List.of(), read);
    }

    private static Buildspec withEnvironment(YamlMap env, Map<PhaseName, Phase> phases) throws BuildspecException {
        env.allow(Set.of("shell", "variables", "exported-variables"), UNSUPPORTED_ENV);
        String shell = env.text("shell").orElse("sh");
        if (!shell.equals("sh") && !shell.equals("bash")) {
            throw new BuildspecException("env.shell is '" + shell + "', and is sh or bash");
        }
        Map<String, String> variables = new HashMap<>();
        Optional<YamlMap> given = env.map("variables");
        if (given.isPresent()) {
            for (String name : given.get().keys()) {
                variables.put(name, given.get().text(name).orElseThrow());
            }
        }
        List<String> exported = env.texts("exported-variables");
        for (String name : exported) {
            checkName(name);
        }
        for (String name : variables.keySet()) {
            checkName(name);
        }
        return new Buildspec(shell, variables, exported, phases);
    }

    private static void checkName(String name) throws BuildspecException {
        if (!BuildVariables.isName(name)) {
            throw new BuildspecException("'" + name + "' is not the name of a variable");
        }
    }

    private static Phase phase(YamlMap phase, PhaseName name) throws BuildspecException {
        phase.allow(Set.of("on-failure", "commands", "finally"), Set.of("run-as", "runtime-versions"));
        List<String> commands = phase.texts("commands");
        if (commands.isEmpty()) {
            throw new BuildspecException("phases." + name.key() + ".commands is missing or empty");
        }
        Optional<String> onFailure = phase.text("on-failure");
        if (onFailure.isPresent()
                && Arrays.stream(OnFailure.values()).noneMatch(one -> one.name().equals(onFailure.get()))) {
            throw new BuildspecException(
                    "phases." + name.key() + ".on-failure is '" + onFailure.get() + "', and is ABORT or CONTINUE here");
        }
        return new Phase(onFailure.map(OnFailure::valueOf), commands, phase.texts("finally"));
    }
}
