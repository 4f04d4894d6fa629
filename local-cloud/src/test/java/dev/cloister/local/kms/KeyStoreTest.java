package dev.cloister.local.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyStoreTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String REGION = "us-east-1";
    private static final String ACCOUNT = "444455556666";
    private static final EncryptionContext CONTEXT = new EncryptionContext(Map.of());

    @TempDir
    private Path directory;

    @Test
    void keysAndAliases_outliveARestart() throws Exception {
        KeyStore store = KeyStore.open(directory);
        KeyRecord key = newKey();
        store.add(key);
        store.addAlias(new Alias(ACCOUNT, REGION, "alias/a", key.id(), NOW, NOW));
        CiphertextBlob blob = CiphertextBlob.seal(key, CONTEXT, new byte[] {1, 2, 3}, new SecureRandom());

        KeyStore reopened = KeyStore.open(directory);
        KeyRecord found = reopened.find(key.id(), NOW).orElseThrow();
        assertThat(blob.open(found, CONTEXT)).hasValue(new byte[] {1, 2, 3});
        assertThat(found.policy().text()).isEqualTo(key.policy().text());
        assertThat(reopened.list(ACCOUNT, REGION, NOW)).hasSize(1);
        assertThat(reopened.findAlias("arn:aws:kms:us-east-1:444455556666:alias/a"))
                .isPresent();
    }

    @Test
    void files_areTheirOwnersAlone() throws Exception {
        KeyStore store = KeyStore.open(directory.resolve("kms"));
        KeyRecord key = newKey();
        store.add(key);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("kms"))))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(key, "kms/keys/"))))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(directory.resolve("kms/keys"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void keyPastItsDeletionDate_isGoneWithItsAliasesAndItsFile() throws Exception {
        KeyStore store = KeyStore.open(directory);
        KeyRecord key = newKey();
        store.add(key);
        store.addAlias(new Alias(ACCOUNT, REGION, "alias/a", key.id(), NOW, NOW));
        store.update(key.id(), current -> current.withDeletionDate(Optional.of(NOW.plusSeconds(10))));

        assertThat(store.find(key.id(), NOW.plusSeconds(9))).isPresent();
        assertThat(store.find(key.id(), NOW.plusSeconds(10))).isEmpty();
        assertThat(store.listAliases(ACCOUNT, REGION)).isEmpty();
        assertThat(file(key, "keys/")).doesNotExist();
        assertThat(KeyStore.open(directory).list(ACCOUNT, REGION, NOW)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "account", "created", "enabled", "policy", "material"})
    void damagedKeyFile_isNamed(String member) throws Exception {
        KeyRecord key = newKey();
        KeyStore.open(directory).add(key);
        Path file = file(key, "keys/");
        Files.writeString(file, Files.readString(file).replace("\"" + member + "\":", "\"" + member + "s\":"));

        assertThatThrownBy(() -> KeyStore.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(key.id() + ".json is damaged");
    }

    @Test
    void truncatedFiles_areNamed() throws Exception {
        KeyRecord key = newKey();
        KeyStore.open(directory).add(key);
        Files.writeString(file(key, "keys/"), "{\"id\":");
        assertThatThrownBy(() -> KeyStore.open(directory)).hasMessageContaining(key.id() + ".json is damaged");
        Files.delete(file(key, "keys/"));
        Files.writeString(directory.resolve("aliases.json"), "{\"aliases\":[{}]}");
        assertThatThrownBy(() -> KeyStore.open(directory)).hasMessageContaining("aliases.json is damaged");
    }

    @Test
    void blobsOfOnePlaintext_differAndKeepToTheirContext() throws Exception {
        KeyRecord key = newKey();
        EncryptionContext other = new EncryptionContext(Map.of("a", "bc"));
        EncryptionContext shifted = new EncryptionContext(Map.of("ab", "c"));
        CiphertextBlob one = CiphertextBlob.seal(key, other, new byte[1], new SecureRandom());
        CiphertextBlob two = CiphertextBlob.seal(key, other, new byte[1], new SecureRandom());

        assertThat(one.toArray()).isNotEqualTo(two.toArray());
        assertThat(one.open(key, shifted)).isEmpty();
        assertThat(one.open(key, other)).isPresent();
    }

    @Test
    void keyMaterial_isInNoText() throws Exception {
        KeyRecord key = newKey();

        assertThat(key.toString()).doesNotContain(key.material().encodeForStorage());
    }

    private Path file(KeyRecord key, String folder) {
        return directory.resolve(folder + key.id() + ".json");
    }

    private static KeyRecord newKey() throws Exception {
        return new KeyRecord(
                UUID.randomUUID(),
                ACCOUNT,
                REGION,
                NOW,
                "for tests",
                true,
                Optional.empty(),
                KeyPolicy.parse(KeyPolicy.defaultText(ACCOUNT)),
                KeyMaterial.random(new SecureRandom()));
    }
}
