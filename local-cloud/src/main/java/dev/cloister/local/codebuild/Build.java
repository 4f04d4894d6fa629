package dev.cloister.local.codebuild;

import dev.cloister.local.codebuild.BuildRecord.EndedPhase;
import dev.cloister.local.codebuild.Buildspec.OnFailure;
import dev.cloister.local.enclave.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** One build from its source to its end, by CodeBuild's rules: phases in order, each command's failure the phase's. */
final class Build {
    /** For what the build itself asks of its shell. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(30);

    private static final String EXECUTION = "COMMAND_EXECUTION_ERROR";

    private final BuildOrder order;
    private final Path work;
    private final InstantSource clock;
    private final BuildLog log;
    private final BuildProgress progress;
    private final Instant deadline;

    /**
     * Prepares a build.
     *
     * @param work a folder of its own, removed at the end
     * @param progress is told how far it is
     */
    Build(BuildOrder order, Path work, InstantSource clock, BuildLog log, BuildProgress progress) {
        this.order = order;
        this.work = work;
        this.clock = clock;
        this.log = log;
        this.progress = progress;
        this.deadline = clock.instant().plus(order.timeout());
    }

    /** Is told of changes. */
    interface BuildProgress {
        void change(UnaryOperator<BuildRecord> change);
    }

    /** How a phase, or a part of it, ended. */
    private record Outcome(String status, String code, String message) {
        static final Outcome SUCCEEDED = new Outcome("SUCCEEDED", "", "");

        boolean hasSucceeded() {
            return status.equals("SUCCEEDED");
        }

        static Outcome failed(String code, String message) {
            return new Outcome("FAILED", code, message);
        }

        static Outcome timedOut() {
            return new Outcome("TIMED_OUT", "BUILD_TIMED_OUT", "Build has timed out.");
        }
    }

    /** Runs it; what fails is the build's failure, and not this method's. */
    void run() throws InterruptedException {
        String status = "FAILED";
        Map<String, String> exported = new LinkedHashMap<>();
        try {
            Path source = work.resolve("src");
            Buildspec[] spec = new Buildspec[1];
            Outcome prepared = phase("DOWNLOAD_SOURCE", () -> {
                spec[0] = prepare(source);
                return Outcome.SUCCEEDED;
            });
            if (prepared.hasSucceeded()) {
                status = runPhases(spec[0], source, exported);
            }
        } finally {
            phase("FINALIZING", () -> {
                Folders.delete(work);
                return Outcome.SUCCEEDED;
            });
            String end = status;
            progress.change(build -> build.end(end, exported, clock.instant()));
        }
    }

    private Buildspec prepare(Path source) throws IOException, BuildspecException {
        SourceCopy.copy(order.source(), source);
        Files.createDirectories(work.resolve("home"));
        Files.createDirectories(work.resolve("tmp"));
        log.agent("CODEBUILD_SRC_DIR=" + source);
        Path file = source.resolve(order.project().buildspec()).normalize();
        if (!file.startsWith(source) || !Files.isRegularFile(file)) {
            throw new BuildspecException("stat " + file + ": no such file");
        }
        log.agent("YAML location is " + file);
        Buildspec spec = BuildspecParser.parse(Files.readString(file, StandardCharsets.UTF_8));
        log.agent("Phases found in YAML: " + spec.phases().size());
        for (PhaseName name : PhaseName.values()) {
            if (spec.phases().containsKey(name)) {
                log.agent(" " + name + ": " + spec.phase(name).commands().size() + " commands");
            }
        }
        return spec;
    }

    private String runPhases(Buildspec spec, Path source, Map<String, String> exported) throws InterruptedException {
        Map<String, String> environment = new HashMap<>(spec.variables());
        environment.putAll(order.environment(source, work));
        environment.put("CODEBUILD_BUILD_SUCCEEDING", "1");
        String status = "SUCCEEDED";
        try (BuildShell shell = new BuildShell(spec.shell(), source, work.resolve("tmp"), environment, log::output)) {
            for (PhaseName name : PhaseName.values()) {
                Buildspec.Phase given = spec.phase(name);
                Outcome outcome = phase(name.name(), () -> commands(given, shell));
                if (!outcome.hasSucceeded()) {
                    status = outcome.status();
                    environment.put("CODEBUILD_BUILD_SUCCEEDING", "0");
                    tell(shell);
                    if (!goesOn(name, given, outcome)) {
                        break;
                    }
                }
            }
            read(spec.exportedVariables(), shell, exported);
        }
        return status;
    }

    /** Without a word on it, only a failed BUILD lets the next phase run. */
    private static boolean goesOn(PhaseName name, Buildspec.Phase phase, Outcome outcome) {
        return !outcome.status().equals("TIMED_OUT")
                && phase.onFailure().map(chosen -> chosen == OnFailure.CONTINUE).orElse(name == PhaseName.BUILD);
    }

    private Outcome commands(Buildspec.Phase phase, BuildShell shell) throws IOException, InterruptedException {
        Outcome main = sequence(phase.commands(), shell);
        if (main.status().equals("TIMED_OUT")) {
            return main;
        }
        if (!main.hasSucceeded()) {
            tell(shell);
        }
        Outcome last = sequence(phase.finallyCommands(), shell);
        return main.hasSucceeded() ? last : main;
    }

    private Outcome sequence(List<String> commands, BuildShell shell) throws IOException, InterruptedException {
        for (String command : commands) {
            log.agent("Running command " + command.stripTrailing());
            Integer status = shell.run(command, Duration.between(clock.instant(), deadline));
            if (status == null) {
                return Outcome.timedOut();
            }
            if (status != 0) {
                log.agent("Command did not exit successfully " + command.stripTrailing() + " exit status " + status);
                return Outcome.failed(
                        EXECUTION,
                        "Error while executing command: " + command.strip() + ". Reason: exit status " + status);
            }
        }
        return Outcome.SUCCEEDED;
    }

    /** Commands that follow a failure can see that there was one. */
    private void tell(BuildShell shell) throws InterruptedException {
        try {
            shell.run("export CODEBUILD_BUILD_SUCCEEDING=0", LAST_WORDS);
        } catch (IOException e) {
            log.agent("The shell is gone: " + e.getMessage());
        }
    }

    private void read(List<String> names, BuildShell shell, Map<String, String> exported) throws InterruptedException {
        for (String name : names) {
            Path value = work.resolve("tmp").resolve("exported-" + name);
            try {
                shell.run("printf %s \"${" + name + "-}\" >'" + value + "'", LAST_WORDS);
                if (Files.exists(value)) {
                    exported.put(name, Files.readString(value, StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                log.agent("The exported variable " + name + " cannot be read: " + e.getMessage());
            }
        }
    }

    /** What a phase does. */
    private interface Work {
        Outcome run() throws IOException, BuildspecException, InterruptedException;
    }

    private Outcome phase(String name, Work body) throws InterruptedException {
        Instant began = clock.instant();
        progress.change(build -> build.inPhase(name));
        log.agent("Entering phase " + name);
        Outcome outcome;
        try {
            outcome = body.run();
        } catch (BuildspecException e) {
            outcome = Outcome.failed("YAML_FILE_ERROR", String.valueOf(e.getMessage()));
        } catch (IOException e) {
            outcome = Outcome.failed("INTERNAL_SERVICE_ERROR", e.getClass().getSimpleName() + ": " + e.getMessage());
        }
        log.agent("Phase complete: " + name + " State: " + outcome.status());
        log.agent("Phase context status code: " + outcome.code() + " Message: " + outcome.message());
        Outcome ended = outcome;
        progress.change(build -> build.with(
                new EndedPhase(name, ended.status(), began, clock.instant(), ended.code(), ended.message())));
        return outcome;
    }
}
