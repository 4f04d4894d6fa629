package dev.cloister.local.codebuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.cloister.local.codebuild.BuildRecord.EndedPhase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules of a build, on small build specifications. */
class BuildTest {
    @TempDir
    Path folder;

    private Path source;
    private Optional<BuildRecord> ended = Optional.empty();
    private String log = "";

    @BeforeEach
    void prepare() throws Exception {
        source = Files.createDirectory(folder.resolve("repository"));
    }

    @Test
    void commands_shareOneShell() throws Exception {
        build("""
                version: 0.2
                env: {shell: bash}
                phases:
                  install: {commands: ["kept=1; mkdir deep; cd deep", 'say() { echo "said $1"; }']}
                  build: {commands: ['say "$kept in ${PWD##*/}"']}
                """);
        assertThat(record().status()).contains("SUCCEEDED");
        assertThat(log).contains("\nsaid 1 in deep\n");
    }

    @Test
    void failedCommand_endsItsPhaseAndTheBuild() throws Exception {
        build("""
                version: 0.2
                phases:
                  install: {commands: ["echo one", "false", "echo two"], finally: ['echo "last $CODEBUILD_BUILD_SUCCEEDING"']}
                  pre_build: {commands: ["echo three"]}
                """);
        assertThat(record().status()).contains("FAILED");
        assertThat(log).contains("\none\n", "\nlast 0\n").doesNotContain("\ntwo\n", "\nthree\n");
        assertThat(log)
                .contains("Running command false")
                .contains("Command did not exit successfully false exit status 1")
                .contains("Phase complete: INSTALL State: FAILED")
                .contains("Phase context status code: COMMAND_EXECUTION_ERROR Message: Error while executing command: "
                        + "false. Reason: exit status 1");
    }

    @Test
    void failedBuildPhase_isFollowedByPostBuild() throws Exception {
        build("""
                version: 0.2
                phases:
                  build: {commands: ["exit 3"]}
                  post_build: {commands: ['echo "after $CODEBUILD_BUILD_SUCCEEDING"']}
                """);
        assertThat(record().status()).contains("FAILED");
        assertThat(log).contains("exit status 3", "\nafter 0\n");
        assertThat(record().phases())
                .extracting(EndedPhase::name, EndedPhase::status)
                .containsExactly(
                        tuple("DOWNLOAD_SOURCE", "SUCCEEDED"),
                        tuple("INSTALL", "SUCCEEDED"),
                        tuple("PRE_BUILD", "SUCCEEDED"),
                        tuple("BUILD", "FAILED"),
                        tuple("POST_BUILD", "SUCCEEDED"),
                        tuple("FINALIZING", "SUCCEEDED"));
    }

    @Test
    void abort_skipsPostBuild_andContinueGoesOn() throws Exception {
        build("""
                version: 0.2
                phases:
                  build: {on-failure: ABORT, commands: ["false"]}
                  post_build: {commands: ["echo after"]}
                """);
        assertThat(log).doesNotContain("\nafter\n");
        build("""
                version: 0.2
                phases:
                  install: {on-failure: CONTINUE, commands: ["false"]}
                  build: {commands: ["echo after"]}
                """);
        assertThat(log).contains("\nafter\n");
        assertThat(record().status()).contains("FAILED");
    }

    @Test
    void variables_comeFromSpecProjectAndCall_andExportedOnesAreTold() throws Exception {
        build("""
                version: 0.2
                env:
                  variables: {OF_SPEC: spec, OF_CALL: spec}
                  exported-variables: [MADE, ABSENT]
                phases:
                  build: {commands: ['echo "$OF_SPEC $OF_CALL $CODEBUILD_BUILD_ID"', "MADE='a b'"]}
                """);
        assertThat(log).contains("\nspec call project:1\n");
        assertThat(record().exported()).isEqualTo(Map.of("MADE", "a b", "ABSENT", ""));
    }

    @Test
    void environmentOfThisProcess_isNotTheBuilds() throws Exception {
        build("""
                version: 0.2
                phases: {build: {commands: ["env | sed 's/=.*//' | sort | tr '\\\\n' ' '"]}}
                """);
        assertThat(log).doesNotContain("USER ", "LOGNAME ", "MAVEN");
    }

    @Test
    void outputWithoutLineEnd_andEmptyLines_areKept() throws Exception {
        build("""
                version: 0.2
                phases: {build: {commands: ["printf 'a\\\\n\\\\nb'", "echo c >&2"]}}
                """);
        assertThat(log).contains("\na\n\nb\n", "\nc\n");
    }

    @Test
    void commandBeyondTheTime_isKilledWithAllItStarted() throws Exception {
        build("""
                version: 0.2
                phases: {build: {commands: ["sleep 600 & echo $! >$CODEBUILD_SRC_DIR/../../pid; wait"], finally: ["echo last"]}}
                """, Duration.ofSeconds(15));
        assertThat(record().status()).contains("TIMED_OUT");
        assertThat(log).doesNotContain("\nlast\n");
        long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
        ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
    }

    @Test
    void sourceIsACopy_andTheBuildLeavesNothing() throws Exception {
        Files.writeString(source.resolve("file"), "content");
        build("""
                version: 0.2
                phases: {build: {commands: ["cat file", "echo changed >file"]}}
                """);
        assertThat(log).contains("\ncontent\n");
        assertThat(source.resolve("file")).hasContent("content");
        assertThat(folder.resolve("work")).doesNotExist();
    }

    @Test
    void missingSpecification_isTold() throws Exception {
        run(Duration.ofMinutes(5));
        assertThat(record().status()).contains("FAILED");
        assertThat(log).contains("Phase context status code: YAML_FILE_ERROR Message: stat ", "no such file");
    }

    private BuildRecord record() {
        return ended.orElseThrow();
    }

    private void build(String buildspec) throws Exception {
        build(buildspec, Duration.ofMinutes(5));
    }

    private void build(String buildspec, Duration timeout) throws Exception {
        Files.writeString(source.resolve("buildspec.yml"), buildspec);
        run(timeout);
    }

    private void run(Duration timeout) throws Exception {
        Project project = new Project(
                "111122223333",
                "us-east-1",
                "project",
                "arn:aws:iam::111122223333:role/r",
                "buildspec.yml",
                Map.of(),
                timeout);
        Path logFile = folder.resolve("log");
        BuildOrder order = new BuildOrder(
                project,
                "project:1",
                1,
                "someone",
                Instant.now(),
                source,
                Map.of("OF_CALL", "call"),
                Map.of(),
                timeout);
        BuildRecord[] state = {BuildRecord.begin("project:1", project, Instant.now(), logFile)};
        try (BuildLog out = new BuildLog(logFile, InstantSource.system())) {
            Path work = Files.createDirectory(folder.resolve("work"));
            new Build(order, work, InstantSource.system(), out, change -> state[0] = change.apply(state[0])).run();
        }
        ended = Optional.of(state[0]);
        log = Files.readString(logFile);
        assertThat(List.of(log.lines().findFirst().orElseThrow()))
                .allMatch(
                        line -> line.matches(
                                "\\[Container] \\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{6} Entering phase DOWNLOAD_SOURCE"));
    }
}
