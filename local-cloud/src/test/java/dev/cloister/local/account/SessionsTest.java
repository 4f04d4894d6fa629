package dev.cloister.local.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.profiles.ProfileFile;

class SessionsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration LIFETIME = Duration.ofHours(12);
    private static final List<Account> ACCOUNTS = List.of(Account.host(), Account.thirdParty());

    @TempDir
    private Path directory;

    @Test
    void credentials_areLongRandomAndDistinct() throws Exception {
        Sessions sessions = open(NOW);
        TemporaryCredentials host = sessions.of(Account.host()).credentials();
        TemporaryCredentials thirdParty = sessions.of(Account.thirdParty()).credentials();

        assertThat(host.accessKeyId()).matches("ASIA[A-Z2-7]{16}").isNotEqualTo(thirdParty.accessKeyId());
        assertThat(host.secretAccessKey()).hasSize(40).isNotEqualTo(thirdParty.secretAccessKey());
        assertThat(host.sessionToken()).hasSize(128).isNotEqualTo(thirdParty.sessionToken());
        assertThat(host.expiration()).isEqualTo(NOW.plus(LIFETIME));
        assertThat(host.toString()).doesNotContain(host.secretAccessKey(), host.sessionToken());
        assertThat(sessions.find(thirdParty.accessKeyId()).orElseThrow().account())
                .isEqualTo(Account.thirdParty());
    }

    @Test
    void credentials_stayTheSameOverARestartUntilHalfOfTheirLife() throws Exception {
        TemporaryCredentials first = open(NOW).of(Account.host()).credentials();

        assertThat(open(NOW.plus(LIFETIME.dividedBy(2))).of(Account.host()).credentials())
                .isEqualTo(first);
        assertThat(open(NOW.plus(LIFETIME.dividedBy(2)).plusSeconds(1))
                        .of(Account.host())
                        .credentials())
                .isNotEqualTo(first);
    }

    @Test
    void file_isItsOwnersAlone() throws Exception {
        open(NOW);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void damagedFile_isNamed() throws Exception {
        Files.writeString(file(), "{");
        assertThatThrownBy(() -> open(NOW)).isInstanceOf(IOException.class).hasMessageContaining("is damaged");
        Files.writeString(file(), "{\"111122223333\":{\"Role\":\"enclave-host\"}}");
        assertThatThrownBy(() -> open(NOW))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("account 111122223333");
    }

    @Test
    void awsFiles_areReadByTheSdk() throws Exception {
        Sessions sessions = open(NOW);
        Endpoints endpoints = new Endpoints(
                "eu-central-1",
                URI.create("https://127.0.0.1:1"),
                URI.create("https://127.0.0.1:2"),
                URI.create("http://127.0.0.1:3"),
                Path.of("/a folder/ca.pem"));
        AwsFiles files = new AwsFiles(directory.resolve("aws"), endpoints);
        files.write(sessions);
        ProfileFile read = ProfileFile.aggregator()
                .addFile(profileFile("config", ProfileFile.Type.CONFIGURATION))
                .addFile(profileFile("credentials", ProfileFile.Type.CREDENTIALS))
                .build();
        TemporaryCredentials issued = sessions.of(Account.thirdParty()).credentials();

        assertThat(ProfileCredentialsProvider.builder()
                        .profileFile(read)
                        .profileName("third-party")
                        .build()
                        .resolveCredentials())
                .isInstanceOfSatisfying(AwsSessionCredentials.class, credentials -> {
                    assertThat(credentials.accessKeyId()).isEqualTo(issued.accessKeyId());
                    assertThat(credentials.secretAccessKey()).isEqualTo(issued.secretAccessKey());
                    assertThat(credentials.sessionToken()).isEqualTo(issued.sessionToken());
                });
        assertThat(read.profile("host").orElseThrow().property("region")).hasValue("eu-central-1");
        assertThat(read.getSection("services", "cloister-local").orElseThrow().property("kms.endpoint_url"))
                .hasValue("https://127.0.0.1:1");
        assertThat(Files.readAllLines(directory.resolve("aws/host.env")))
                .contains("AWS_PROFILE=host", "AWS_ENDPOINT_URL_S3=https://127.0.0.1:2");
        assertThat(files.environment(Account.host()))
                .containsEntry("AWS_CA_BUNDLE", "/a folder/ca.pem")
                .doesNotContainValue(issued.secretAccessKey());
    }

    private ProfileFile profileFile(String name, ProfileFile.Type type) {
        return ProfileFile.builder()
                .content(directory.resolve("aws").resolve(name))
                .type(type)
                .build();
    }

    private Path file() {
        return directory.resolve("sessions.json");
    }

    private Sessions open(Instant now) throws IOException {
        return Sessions.open(file(), ACCOUNTS, now, LIFETIME, new SecureRandom());
    }
}
