package dev.cloister.enclave.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.enclave.config.LogPolicy;
import dev.cloister.enclave.yaml.YamlException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ManifestTest {
    @TempDir
    private Path folder;

    private static Manifest parse(String text) throws YamlException {
        return Manifest.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everyKey_isRead() throws YamlException {
        Manifest manifest = parse("""
                name: digits
                version: "1.0.0"
                entrypoints:
                  main.py: [python3, main.py]
                logs: all
                limits: {memory_mib: 512, seconds: 600, processes: 64}
                """);
        assertThat(manifest.entrypoints()).contains(Map.of("main.py", List.of("python3", "main.py")));
        assertThat(manifest.logs()).isEqualTo(LogPolicy.ALL);
        assertThat(manifest.limits().memoryMib()).hasValue(512);
        assertThat(manifest.limits().processes()).hasValue(64);
        assertThat(manifest.time()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void noFile_letsStdoutOut() throws Exception {
        Manifest manifest = Manifest.read(folder);
        assertThat(manifest.entrypoints()).isEmpty();
        assertThat(manifest.logs()).isEqualTo(LogPolicy.STDOUT);
    }

    @Test
    void emptyFile_declaresNoEntrypoint() throws YamlException {
        assertThat(parse("").entrypoints()).contains(Map.of());
        assertThat(parse("").logs()).isEqualTo(LogPolicy.STDOUT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unknown: 1",
                "limits: {unknown: 1}",
                "limits: {seconds: 0}",
                "limits: {memory_mib: -1}",
                "limits: {processes: 1e9}",
                "logs: everything",
                "logs: [all]",
                "version: 1.0",
                "entrypoints: [main.py]",
                "entrypoints: {main.py: python3 main.py}",
                "entrypoints: {main.py: []}",
                "entrypoints: {main.py: ['']}",
                "entrypoints: {'-c': [python3]}",
                "entrypoints: {'/etc/passwd': [python3]}",
                "entrypoints: {'a b': [python3]}"
            })
    void anythingElse_isRefused(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(YamlException.class);
    }

    @Test
    void fileThatIsALink_isRefused() throws IOException {
        Files.createSymbolicLink(folder.resolve("cloister.yaml"), Path.of("other.yaml"));
        assertThatThrownBy(() -> Manifest.read(folder)).isInstanceOf(RefusedException.class);
    }

    @Test
    void folderInItsPlace_isRefused() throws IOException {
        Files.createDirectory(folder.resolve("cloister.yaml"));
        assertThatThrownBy(() -> Manifest.read(folder)).isInstanceOf(RefusedException.class);
    }
}
