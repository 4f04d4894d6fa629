package dev.cloister.encryptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.cli.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ApplicationIdTest {
    @TempDir
    Path temp;

    @Test
    void commandLine_comesFirst() throws IOException, CommandException {
        manifest("name: a\nversion: 1\n");
        assertThat(ApplicationId.of(temp, "b", "2")).isEqualTo(new ApplicationId("b", "2"));
    }

    @Test
    void manifest_comesSecond() throws IOException, CommandException {
        manifest("version: \"1.10\"\nentrypoints: {main: [python3, main.py]}\nname: \"a b\"\n");
        assertThat(ApplicationId.of(temp, null, null)).isEqualTo(new ApplicationId("a b", "1.10"));
    }

    @Test
    void directoryName_comesLast() throws IOException, CommandException {
        Path directory = Files.createDirectory(temp.resolve("digits"));
        assertThat(ApplicationId.of(directory, null, null)).isEqualTo(new ApplicationId("digits", "0"));
        assertThat(ApplicationId.of(directory.resolve("."), null, null)).isEqualTo(new ApplicationId("digits", "0"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "- a\n", "name: [a]\n", "name: a\nname: b\n", "name: 'a\n", "a: *b\n", "version: 1.10\n"})
    void unusableManifest_isRefused(String yaml) throws IOException {
        manifest(yaml);
        assertThatThrownBy(() -> ApplicationId.of(temp, null, null)).isInstanceOf(CommandException.class);
    }

    @Test
    void hugeManifest_isRefused() throws IOException {
        manifest("name: " + "a".repeat(1 << 16));
        assertThatThrownBy(() -> ApplicationId.of(temp, null, null))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("larger than 65536 bytes");
    }

    private void manifest(String yaml) throws IOException {
        Files.writeString(temp.resolve("cloister.yaml"), yaml);
    }
}
