package dev.cloister.enclave.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTest {
    @TempDir
    private Path folder;

    private Settings read(String text) throws IOException, ConfigurationException {
        return Settings.read(Files.writeString(folder.resolve("enclave.yaml"), text));
    }

    @Test
    void missingFile_meansTheDefaults() throws ConfigurationException {
        Settings settings = Settings.read(folder.resolve("missing"));
        assertThat(settings).isEqualTo(Settings.defaults());
        assertThat(settings.kms().endpoint("eu-central-1")).isEmpty();
        assertThat(settings.limits().runs()).isEqualTo(8);
    }

    @Test
    void everyKey_isRead() throws Exception {
        Settings settings = read("""
                kms:
                  endpoint: https://kms.{region}.example:8443
                  roots: /etc/cloister/kms-roots.pem
                  region: eu-central-1
                limits:
                  runs: 2
                  synced_mib: 100
                  package_mib: 200
                  scratch_mib: 300
                logs: none
                egress: [kms.eu-central-1.amazonaws.com, kms.example]
                """);
        assertThat(settings.kms().endpoint("eu-west-3")).contains(URI.create("https://kms.eu-west-3.example:8443"));
        assertThat(settings.kms().roots()).contains(Path.of("/etc/cloister/kms-roots.pem"));
        assertThat(settings.kms().region()).contains("eu-central-1");
        assertThat(settings.limits()).isEqualTo(new Settings.Limits(2, OptionalInt.of(100), OptionalInt.of(200), 300));
        assertThat(settings.logs()).isEqualTo(LogPolicy.NONE);
        assertThat(settings.kms().egress()).containsExactlyInAnyOrder("kms.eu-central-1.amazonaws.com", "kms.example");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unknown: 1",
                "kms: {unknown: 1}",
                "limits: {unknown: 1}",
                "limits: {runs: 0}",
                "limits: {runs: many}",
                "kms: {endpoint: 'http://kms.example'}",
                "kms: {endpoint: 'https://kms.example/path'}",
                "kms: {endpoint: 'https://user@kms.example'}",
                "kms: {endpoint: 'https://kms.example?x'}",
                "kms: {endpoint: 'https://{other}.example'}",
                "kms: {roots: relative.pem}",
                "kms: {region: 'eu-central-1.evil.example/'}",
                "kms: []",
                "kms:",
                "logs:",
                "logs: some",
                "egress:",
                "egress: []",
                "egress: ['*.amazonaws.com']",
                "egress: kms.example"
            })
    void anythingElse_isRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(ConfigurationException.class);
    }
}
