package dev.cloister.envelope.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.envelope.DataKey;
import dev.cloister.envelope.EncryptedDataKey;
import dev.cloister.envelope.EnvelopeFormatException;
import dev.cloister.envelope.NotAuthenticException;
import dev.cloister.envelope.archive.ArchiveException;
import dev.cloister.envelope.archive.ArchiveLimits;
import dev.cloister.envelope.archive.ArchiveSummary;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The AWS sample's packages, docs/format/envelope-v1.md section 5, and the ways to break them. */
final class SampleEnvelopeTest {
    private static final ArchiveLimits LIMITS = new ArchiveLimits(100, 1 << 22);
    private static final byte[] KEY = "0123456789abcdefFEDCBA9876543210".getBytes(StandardCharsets.US_ASCII);

    /** The one token of the Fernet specification's generate.json, and its key. */
    private static final String SPEC_TOKEN =
            "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPg" + "JobwOz7JcbmrR64jVmpU4IwqDA==";

    private static final String SPEC_KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";

    @TempDir
    Path temp;

    private Path scratch;
    private Path target;

    @BeforeEach
    void makeDirectories() throws IOException {
        scratch = Files.createDirectory(temp.resolve("scratch"));
        target = Files.createDirectory(temp.resolve("target"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, 49_152, 49_153, 3_000_000})
    void package_isUnpacked(int size) throws IOException {
        byte[] model = new byte[size];
        new Random(size).nextBytes(model);
        byte[] bytes = withPrefix(token(KEY, zip("main/model", model)));
        SampleEnvelope envelope = SampleEnvelope.open(new ByteArrayInputStream(bytes));
        assertThat(envelope.encryptedDataKey()).isEqualTo(EncryptedDataKey.copyOf(new byte[] {9, 8, 7}));
        assertThat(envelope.unpack(DataKey.copyOf(KEY), scratch, target, LIMITS))
                .isEqualTo(new ArchiveSummary(2, size));
        assertThat(target.resolve("main/model")).hasBinaryContent(model);
        assertEmpty(scratch);
    }

    @Test
    void tokenOfTheFernetSpecification_decrypts() throws IOException {
        DataKey key = DataKey.copyOf(Base64.getUrlDecoder().decode(SPEC_KEY));
        byte[] token = SPEC_TOKEN.getBytes(StandardCharsets.US_ASCII);
        try (FernetSpool spool = FernetSpool.copy(new ByteArrayInputStream(token), scratch, LIMITS)) {
            spool.verify(key);
            assertThat(spool.decrypt(key).readAllBytes()).asString().isEqualTo("hello");
        }
    }

    @Test
    void flippedAnywhere_failsAndLeavesNothing() throws IOException {
        byte[] raw = Base64.getUrlDecoder().decode(token(KEY, zip("x", new byte[10])));
        for (int i = 0; i < raw.length; i++) {
            byte[] flipped = raw.clone();
            flipped[i] ^= 1;
            assertNotAuthentic(Base64.getUrlEncoder().encode(flipped));
        }
    }

    @Test
    void flippedByteBehindManyChunks_failsBeforeAnythingIsUnpacked() throws IOException {
        byte[] raw = Base64.getUrlDecoder().decode(token(KEY, zip("x", new byte[10])));
        byte[] large = Base64.getUrlDecoder().decode(token(KEY, zipOfIncompressible()));
        large[large.length - 40] ^= 1;
        assertThat(large.length).isGreaterThan(raw.length);
        assertNotAuthentic(Base64.getUrlEncoder().encode(large));
    }

    @Test
    void everyTruncation_failsAndLeavesNothing() throws IOException {
        byte[] token = token(KEY, zip("x", new byte[10]));
        for (int length = 0; length < token.length; length++) {
            assertNotAuthentic(Arrays.copyOf(token, length));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "=", "A", "AAAA", "====", "\0"})
    void trailingBytes_fail(String more) throws IOException {
        byte[] token = token(KEY, zip("x", new byte[10]));
        assertNotAuthentic((new String(token, StandardCharsets.US_ASCII) + more).getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void standardBase64Alphabet_fails() throws IOException {
        byte[] raw = Base64.getUrlDecoder().decode(token(KEY, zipOfIncompressible()));
        assertNotAuthentic(Base64.getEncoder().encode(raw));
    }

    @Test
    void otherVersion_failsEvenUnderARightTag() throws IOException {
        assertNotAuthentic(token(KEY, zip("x", new byte[10]), 0x81));
    }

    @Test
    void otherKey_fails() throws IOException {
        byte[] other = KEY.clone();
        other[0]++;
        assertNotAuthentic(token(other, zip("x", new byte[10])));
    }

    @Test
    void hostileArchive_isRefusedAndLeavesNothing() throws IOException {
        byte[] bytes = withPrefix(token(KEY, zip("../x", new byte[10])));
        assertThatThrownBy(() -> unpack(bytes, LIMITS)).isInstanceOf(ArchiveException.class);
        assertEmpty(target);
        assertEmpty(scratch);
    }

    @Test
    void tokenLargerThanTheLimits_isRefusedWhileItIsCopied() throws IOException {
        byte[] bytes = withPrefix(token(KEY, zipOfIncompressible()));
        assertThatThrownBy(() -> unpack(bytes, new ArchiveLimits(1, 1000)))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("larger than the limits");
        assertEmpty(scratch);
    }

    @Test
    void unlimited_doesNotOverflow() throws IOException {
        byte[] bytes = withPrefix(token(KEY, zip("x", new byte[10])));
        unpack(bytes, new ArchiveLimits(Long.MAX_VALUE, Long.MAX_VALUE));
        assertThat(target.resolve("x")).hasSize(10);
    }

    @Test
    void prefixOutOfBounds_isNotAPackage() {
        for (byte[] prefix :
                new byte[][] {{}, {0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0x18, 1}, {-1, -1, -1, -1}, {0, 0, 0, 2, 1}}) {
            assertThatThrownBy(() -> SampleEnvelope.open(new ByteArrayInputStream(prefix)))
                    .isInstanceOf(EnvelopeFormatException.class);
        }
    }

    private void unpack(byte[] bytes, ArchiveLimits limits) throws IOException {
        SampleEnvelope.open(new ByteArrayInputStream(bytes)).unpack(DataKey.copyOf(KEY), scratch, target, limits);
    }

    private void assertNotAuthentic(byte[] token) {
        assertThatThrownBy(() -> unpack(withPrefix(token), LIMITS)).isInstanceOf(NotAuthenticException.class);
        assertEmpty(target);
        assertEmpty(scratch);
    }

    private static void assertEmpty(Path directory) {
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] withPrefix(byte[] token) {
        return ByteBuffer.allocate(7 + token.length)
                .putInt(3)
                .put(new byte[] {9, 8, 7})
                .put(token)
                .array();
    }

    private static byte[] zipOfIncompressible() throws IOException {
        byte[] content = new byte[200_000];
        new Random(5).nextBytes(content);
        return zip("x", content);
    }

    private static byte[] zip(String name, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            out.putNextEntry(new ZipEntry(name));
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] token(byte[] key, byte[] plaintext) {
        return token(key, plaintext, 0x80);
    }

    private static byte[] token(byte[] key, byte[] plaintext, int version) {
        byte[] iv = new byte[16];
        new Random(11).nextBytes(iv);
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, 16, 16, "AES"), new IvParameterSpec(iv));
            byte[] ciphertext = cipher.doFinal(plaintext);
            byte[] signed = ByteBuffer.allocate(25 + ciphertext.length)
                    .put((byte) version)
                    .putLong(1_700_000_000L)
                    .put(iv)
                    .put(ciphertext)
                    .array();
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, 0, 16, "HmacSHA256"));
            byte[] raw = ByteBuffer.allocate(signed.length + 32)
                    .put(signed)
                    .put(mac.doFinal(signed))
                    .array();
            return Base64.getUrlEncoder().encode(raw);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
