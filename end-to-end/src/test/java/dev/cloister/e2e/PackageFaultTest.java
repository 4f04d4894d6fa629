package dev.cloister.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.local.account.Account;
import dev.cloister.local.stage.Accounts;
import dev.cloister.local.stage.Commands.Outcome;
import dev.cloister.local.stage.HostSide;
import dev.cloister.local.stage.StageException;
import dev.cloister.local.stage.ThirdParty;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kms.KmsClient;

/** Packages that are missing, damaged, of another key, or too large; and keys that are not to be had. */
@ExtendWith(SharedStage.Extension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PackageFaultTest {
    // Offsets of docs/format/envelope-v1.md, section 1.1.
    private static final int MAGIC = 0;
    private static final int VERSION = 8;
    private static final int RESERVED = 10;
    private static final int HEADER_LENGTH = 12;
    private static final int HEADER = 16;

    /** A usual length of what KMS encrypted a data key to. */
    private static final int SAMPLE_CIPHERTEXT = 184;

    private final SharedStage stage;
    private final byte[] sealed;

    PackageFaultTest(SharedStage stage) throws Exception {
        this.stage = stage;
        Path good = stage.seal(Map.of("main.py", "print('ran')\n"));
        sealed = Files.readAllBytes(good);
        Files.write(stage.host().packages().resolve("good.cloister"), sealed);
    }

    /** Whatever has been refused, a later run is not the worse for it. */
    @AfterAll
    void goodPackageStillRuns() throws IOException {
        Outcome outcome = stage.host().run("good.cloister", "main.py", "");
        assertThat(outcome.out()).as(outcome.err()).isEqualTo("ran\n");
    }

    @Test
    void packageThatIsNone_isMalformed() throws Exception {
        byte[] noise = new byte[5000];
        new Random(1).nextBytes(noise);
        noise[0] = 'x';
        assertMalformed(new byte[0]);
        assertMalformed(new byte[] {'C'});
        assertMalformed(noise);
        assertMalformed("print('hello')\n".getBytes(ISO_8859_1));
    }

    @Test
    void headerThatBreaksTheFormat_isMalformed() throws Exception {
        assertMalformed(changed(MAGIC, 0x20));
        assertMalformed(changed(VERSION + 1, 2));
        assertMalformed(changed(RESERVED, 1));
        assertMalformed(changed(HEADER_LENGTH, 0x7f));
        assertMalformed(changed(HEADER_LENGTH + 3, 1));
        assertMalformed(changed(HEADER, 2));
        assertMalformed(changed(HEADER + 1, 1));
        assertMalformed(Arrays.copyOf(sealed, HEADER_LENGTH + 2));
        assertMalformed(Arrays.copyOf(sealed, HEADER + 40));
    }

    @Test
    void packageCutShort_orLengthened_isNotAuthentic() throws Exception {
        assertNotAuthentic(Arrays.copyOf(sealed, sealed.length - 1));
        assertNotAuthentic(Arrays.copyOf(sealed, sealed.length - 100));
        assertNotAuthentic(Arrays.copyOf(sealed, sealed.length + 1));
    }

    @Test
    void flippedBit_isNotAuthentic() throws Exception {
        assertNotAuthentic(changed(sealed.length - 1, 1));
        assertNotAuthentic(changed(sealed.length - 60, 0x80));
        // Within the encrypted data key, which KMS authenticates.
        assertNotAuthentic(changed(indexOf("arn:aws:kms") + 150, 1));
    }

    @Test
    void encryptionContextOfAnotherApplication_isNotAuthentic() throws Exception {
        assertNotAuthentic(changed(indexOf("cloister:version") + "cloister:version".length() + 2, 1));
    }

    @Test
    void garbageInTheSamplesFormat_isRefusedByKms() throws Exception {
        byte[] noise = new byte[3000];
        new Random(2).nextBytes(noise);
        assertNotAuthentic(sample(SAMPLE_CIPHERTEXT, noise));
    }

    @Test
    void brokenHeaderInTheSamplesFormat_isMalformed() throws Exception {
        assertMalformed(new byte[4]);
        assertMalformed(new byte[] {0, 0});
        assertMalformed(sample(60_000, new byte[100]));
        assertMalformed(sample(SAMPLE_CIPHERTEXT, new byte[SAMPLE_CIPHERTEXT - 1]));
    }

    @Test
    void missingPackage_isNamed() throws Exception {
        Outcome outcome = stage.host().run("no-such.cloister", "main.py", "");
        assertThat(Faults.assertNotRun(outcome, "package-not-found", Faults.FAILED))
                .contains("no-such.cloister");
    }

    @Test
    void missingScript_isNamed() throws Exception {
        Outcome outcome = stage.host().run("good.cloister", "no_such.py", "");
        assertThat(Faults.assertNotRun(outcome, "entrypoint-not-found", Faults.FAILED))
                .contains("no_such.py");
    }

    @Test
    void missingData_isNamed() throws Exception {
        Outcome outcome = stage.host().run("good.cloister", "main.py", "-d /no-such-dataset/");
        assertThat(Faults.assertNotRun(outcome, "path-not-found", Faults.FAILED))
                .contains("no-such-dataset");
    }

    @ParameterizedTest
    @ValueSource(strings = {"name: a\nunknown: 1\n", "limits: {seconds: 0}\n", "logs: everything\n"})
    void manifestThatCannotBeRead_isMalformed(String manifest) throws Exception {
        String name = "manifest-" + Integer.toHexString(manifest.hashCode()) + ".cloister";
        stage.install(name, Map.of("main.py", "print('ran')\n", "cloister.yaml", manifest));
        Faults.assertNotRun(stage.host().run(name, "main.py", ""), "package-malformed", Faults.FAILED);
    }

    @Test
    void manifestThatIsNoYaml_isRefusedWhereItIsSealed() {
        assertThatThrownBy(() -> stage.seal(Map.of("main.py", "", "cloister.yaml", "entrypoints: [")))
                .isInstanceOf(StageException.class)
                .hasMessageContaining("cloister.yaml cannot be used: it is not YAML");
    }

    @Test
    void packageThatDoesNotFit_isRefused_andItsMemoryIsFreeAgain() throws Exception {
        Path application = stage.newFolder("large-");
        Files.writeString(application.resolve("main.py"), "print('ran')\n");
        try (RandomAccessFile sparse =
                new RandomAccessFile(application.resolve("weights").toFile(), "rw")) {
            sparse.setLength(80L << 20);
        }
        stage.thirdParty().encrypt(application, stage.host().packages().resolve("large.cloister"));
        for (int i = 0; i < 3; i++) {
            Faults.assertNotRun(stage.host().run("large.cloister", "main.py", ""), "no-space", Faults.FAILED);
        }
        goodPackageStillRuns();
    }

    @Test
    void imageThatIsNotPinned_isDeniedTheKey() throws Exception {
        stage.thirdParty().unpin(stage.image());
        try {
            Outcome outcome = stage.host().run("good.cloister", "main.py", "");
            Faults.assertNotRun(outcome, "key-access-denied", Faults.KEY_ACCESS_DENIED);
        } finally {
            stage.thirdParty().pin(stage.image(), HostSide.PARENT.roleArn());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alias/none",
                "00000000-0000-0000-0000-000000000000",
                "arn:aws:kms:eu-west-1:444455556666:key/00000000-0000-0000-0000-000000000000"
            })
    void unknownKey_isNamed_andNoFileIsLeft(String key) throws Exception {
        Path folder = stage.newFolder("unknown-key-");
        Path application = Files.createDirectory(folder.resolve("application"));
        Files.writeString(application.resolve("main.py"), "");
        Path output = folder.resolve("application.cloister");
        Outcome outcome = stage.host()
                .commands()
                .tryCloister("encrypt", "-d", application.toString(), "-k", key, "-o", output.toString());
        assertThat(outcome.status()).as(outcome.err()).isIn(Faults.FAILED, Faults.KEY_ACCESS_DENIED);
        assertThat(Faults.assertFailed(outcome, outcome.status())).contains(key);
        assertThat(folder).isDirectoryNotContaining(file -> Files.isRegularFile(file));
    }

    @Test
    void keyOfTheThirdParty_isDeniedToTheHost_andAnOlderPackageStays() throws Exception {
        Path folder = stage.newFolder("denied-");
        Path application = Files.createDirectory(folder.resolve("application"));
        Files.writeString(application.resolve("main.py"), "");
        Path output = folder.resolve("application.cloister");
        Files.writeString(output, "an older package");
        String arn;
        try (KmsClient kms = new Accounts(stage.cloud()).kms(Account.thirdParty())) {
            arn = kms.describeKey(request -> request.keyId(ThirdParty.KEY))
                    .keyMetadata()
                    .arn();
        }
        Outcome outcome = stage.host()
                .commands()
                .tryCloister("encrypt", "-d", application.toString(), "-k", arn, "-o", output.toString());
        assertThat(Faults.assertFailed(outcome, Faults.KEY_ACCESS_DENIED)).contains(arn);
        assertThat(output).hasContent("an older package");
        assertThat(folder).isDirectoryNotContaining(file -> !file.equals(output) && Files.isRegularFile(file));
    }

    private void assertMalformed(byte[] content) throws IOException {
        Faults.assertNotRun(runBytes(content), "package-malformed", Faults.FAILED);
    }

    private void assertNotAuthentic(byte[] content) throws IOException {
        Faults.assertNotRun(runBytes(content), "package-not-authentic", Faults.NOT_AUTHENTIC);
    }

    private Outcome runBytes(byte[] content) throws IOException {
        Files.write(stage.host().packages().resolve("bad.cloister"), content);
        return stage.host().run("bad.cloister", "main.py", "");
    }

    private byte[] changed(int at, int bits) {
        byte[] copy = sealed.clone();
        copy[at] ^= (byte) bits;
        return copy;
    }

    private int indexOf(String text) {
        int at = new String(sealed, ISO_8859_1).indexOf(text);
        assertThat(at).isPositive();
        return at;
    }

    /** The AWS sample's format: length of the encrypted data key, that key, a Fernet token. */
    private static byte[] sample(int keyLength, byte[] rest) {
        return ByteBuffer.allocate(Integer.BYTES + rest.length)
                .putInt(keyLength)
                .put(rest)
                .array();
    }
}
