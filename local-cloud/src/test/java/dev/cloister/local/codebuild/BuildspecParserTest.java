package dev.cloister.local.codebuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.local.codebuild.Buildspec.OnFailure;
import dev.cloister.local.codebuild.Buildspec.Phase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuildspecParserTest {
    private static final Path BUILDSPECS =
            Objects.requireNonNull(Path.of("").toAbsolutePath().getParent()).resolve("buildspecs");

    @Test
    void everything_isRead() throws Exception {
        Buildspec spec = BuildspecParser.parse("""
                version: 0.2
                env:
                  shell: bash
                  variables: {A: 1.10, B: two}
                  exported-variables: [A]
                phases:
                  pre_build:
                    on-failure: CONTINUE
                    commands: [a, "b: c"]
                    finally: [d]
                """);
        assertThat(spec)
                .isEqualTo(new Buildspec(
                        "bash",
                        Map.of("A", "1.10", "B", "two"),
                        List.of("A"),
                        Map.of(
                                PhaseName.PRE_BUILD,
                                new Phase(Optional.of(OnFailure.CONTINUE), List.of("a", "b: c"), List.of("d")))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application-encryptor.yml", "nitro-image-builder.yml"})
    void ownFile_isRead(String name) throws Exception {
        Buildspec spec = BuildspecParser.parse(Files.readString(BUILDSPECS.resolve(name)));
        assertThat(spec.shell()).isEqualTo("bash");
        assertThat(spec.phases()).containsKeys(PhaseName.INSTALL, PhaseName.PRE_BUILD, PhaseName.BUILD);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | it is not a mapping",
                "- a | it is not a mapping",
                "'a: [' | it is not YAML",
                "phases: {build: {commands: [a]}} | version is missing",
                "version: 0.1; phases: {build: {commands: [a]}} | only 0.2 runs here",
                "version: 0.2 | phases is missing",
                "version: 0.2; phases: {} | phases is empty",
                "version: 0.2; phases: {deploy: {commands: [a]}} | phases.deploy is unknown",
                "version: 0.2; phases: {build: {}} | phases.build.commands is missing or empty",
                "version: 0.2; phases: {build: {commands: []}} | phases.build.commands is missing or empty",
                "version: 0.2; phases: {build: {commands: a}} | phases.build.commands is not a list",
                "version: 0.2; phases: {build: {commands: [{a: b}]}} | phases.build.commands[0] is not a text",
                "version: 0.2; phases: {build: {commands: [null]}} | phases.build.commands[0] is not a text",
                "version: 0.2; phases: {build: {command: [a]}} | phases.build.command is unknown",
                "version: 0.2; phases: {build: {commands: [a], on-failure: RETRY}} | phases.build.on-failure is 'RETRY'",
                "version: 0.2; phases: {install: {runtime-versions: {java: x}, commands: [a]}} | does not support phases.install.runtime-versions",
                "version: 0.2; version: 0.2; phases: {build: {commands: [a]}} | version is given twice",
                "version: 0.2; artifacts: {files: [a]}; phases: {build: {commands: [a]}} | does not support artifacts",
                "version: 0.2; other: a; phases: {build: {commands: [a]}} | other is unknown",
                "version: 0.2; env: {secrets-manager: {A: b}}; phases: {build: {commands: [a]}} | does not support env.secrets-manager",
                "version: 0.2; env: {shell: fish}; phases: {build: {commands: [a]}} | env.shell is 'fish'",
                "version: 0.2; env: {variables: {A: }}; phases: {build: {commands: [a]}} | env.variables.A is not a text",
                "version: 0.2; env: {variables: {A-B: c}}; phases: {build: {commands: [a]}} | is not the name of a variable",
                "version: 0.2; env: {exported-variables: [A B]}; phases: {build: {commands: [a]}} | is not the name of a variable",
            })
    void anythingElse_isRefusedByName(String yaml, String message) {
        assertThatThrownBy(() -> BuildspecParser.parse(yaml.replace("; ", "\n")))
                .isInstanceOf(BuildspecException.class)
                .hasMessageContaining(message);
    }
}
