package dev.cloister.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaBundleTest {
    @Test
    void missingFile_namesItAndTheVariable(@TempDir Path folder) {
        assertThatExceptionOfType(CommandException.class)
                .isThrownBy(() -> CaBundle.read(folder.resolve("absent.pem")))
                .withMessageContaining("absent.pem")
                .satisfies(e -> assertThat(e.hint()).contains("AWS_CA_BUNDLE"));
    }

    @Test
    void fileWithoutCertificate_isRefused(@TempDir Path folder) throws Exception {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        assertThatExceptionOfType(CommandException.class).isThrownBy(() -> CaBundle.read(empty));
    }
}
