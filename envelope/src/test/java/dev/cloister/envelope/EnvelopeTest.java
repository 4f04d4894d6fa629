package dev.cloister.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.cloister.envelope.archive.ArchiveException;
import dev.cloister.envelope.archive.ArchiveLimits;
import dev.cloister.envelope.archive.ArchiveSummary;
import dev.cloister.envelope.archive.SourceTree;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole packages, and the ways to break them. */
@Timeout(60)
final class EnvelopeTest {
    private static final int PREAMBLE_AND_HEADER = HeaderCodec.encode(Fixtures.HEADER).length;

    @TempDir
    Path temp;

    private Path source;
    private Path target;

    @BeforeEach
    void makeDirectories() throws IOException {
        source = Files.createDirectory(temp.resolve("source"));
        target = Files.createDirectory(temp.resolve("target"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_480, 65_520, 300_000, 5_000_000})
    void package_roundTrips(int size) throws IOException {
        byte[] model = incompressible(size);
        Files.write(Files.createDirectory(source.resolve("model")).resolve("weights"), model);
        AtomicLong progress = new AtomicLong();
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        ArchiveSummary written = EnvelopeWriter.write(
                Fixtures.HEADER, Fixtures.key(1), SourceTree.scan(source), sink, progress::addAndGet);
        assertThat(written).isEqualTo(new ArchiveSummary(2, size));
        assertThat(progress).hasValue(size);

        Envelope envelope = Envelope.open(new ByteArrayInputStream(sink.toByteArray()));
        assertThat(envelope.header()).isEqualTo(Fixtures.HEADER);
        assertThat(envelope.unpack(Fixtures.key(1), target, Fixtures.LIMITS)).isEqualTo(written);
        assertThat(target.resolve("model/weights")).hasBinaryContent(model);
    }

    @Test
    void eachPackage_hasFreshNonces() throws IOException {
        byte[] one = pack(100);
        byte[] other = pack(100);
        assertThat(Arrays.copyOf(one, PREAMBLE_AND_HEADER)).isEqualTo(Arrays.copyOf(other, PREAMBLE_AND_HEADER));
        assertThat(one).isNotEqualTo(other);
    }

    @Test
    void wrongEncryptionContext_fails() throws IOException {
        byte[] bytes = pack(100);
        int version = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("1.0");
        bytes[version] = '2';
        Envelope envelope = Envelope.open(new ByteArrayInputStream(bytes));
        assertThat(envelope.header().encryptionContext().version()).isEqualTo("2.0");
        assertThatThrownBy(() -> envelope.unpack(Fixtures.key(1), target, Fixtures.LIMITS))
                .isInstanceOf(NotAuthenticException.class);
    }

    @Test
    void wrongKeyArn_fails() throws IOException {
        byte[] bytes = pack(100);
        int account = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("111122223333");
        bytes[account] = '2';
        assertNotAuthentic(bytes);
    }

    @Test
    void payloadOfAnotherPackage_fails() throws IOException {
        byte[] one = pack(100);
        ByteArrayOutputStream other = new ByteArrayOutputStream();
        EnvelopeHeader header = new EnvelopeHeader(
                Fixtures.ARN, Fixtures.HEADER.encryptedDataKey(), EncryptionContext.of("digits", "1.1"));
        EnvelopeWriter.write(header, Fixtures.key(1), SourceTree.scan(source), other, n -> {});
        byte[] mixed = other.toByteArray();
        System.arraycopy(one, 0, mixed, 0, PREAMBLE_AND_HEADER);
        assertNotAuthentic(mixed);
    }

    @Test
    void everyBitOfAHeader_isAuthenticated() throws IOException {
        byte[] bytes = pack(100);
        for (int bit = 0; bit < 8 * PREAMBLE_AND_HEADER; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> unpack(flipped))
                    .isInstanceOfAny(EnvelopeFormatException.class, NotAuthenticException.class);
        }
        assertNothingLeft();
    }

    @Test
    void truncatedPackage_failsAndLeavesNothing() throws IOException {
        byte[] bytes = pack(300_000);
        Random random = new Random(1);
        for (int i = 0; i < 30; i++) {
            int room = bytes.length - PREAMBLE_AND_HEADER;
            assertNotAuthentic(Arrays.copyOf(bytes, PREAMBLE_AND_HEADER + random.nextInt(room)));
        }
    }

    @Test
    void truncatedAtEverySegmentEdge_failsAndLeavesNothing() throws IOException {
        byte[] bytes = pack(300_000);
        for (int at = PREAMBLE_AND_HEADER; at < bytes.length; at += HeaderCodec.SEGMENT_SIZE) {
            assertNotAuthentic(Arrays.copyOf(bytes, at));
        }
    }

    @Test
    void trailingBytes_failAndLeaveNothing() throws IOException {
        byte[] bytes = pack(300_000);
        assertNotAuthentic(Arrays.copyOf(bytes, bytes.length + 1));
        assertNotAuthentic(Arrays.copyOf(bytes, bytes.length + HeaderCodec.SEGMENT_SIZE));
    }

    @Test
    void flippedBitInTheLastSegment_failsAndLeavesNothing() throws IOException {
        byte[] bytes = pack(300_000);
        bytes[bytes.length - 20] ^= 1;
        assertNotAuthentic(bytes);
    }

    @Test
    void otherKey_fails() throws IOException {
        Envelope envelope = Envelope.open(new ByteArrayInputStream(pack(100)));
        assertThatThrownBy(() -> envelope.unpack(Fixtures.key(2), target, Fixtures.LIMITS))
                .isInstanceOf(NotAuthenticException.class);
        assertNothingLeft();
    }

    @Test
    void limits_areObeyed() throws IOException {
        byte[] bytes = pack(1000);
        Envelope envelope = Envelope.open(new ByteArrayInputStream(bytes));
        assertThatThrownBy(() -> envelope.unpack(Fixtures.key(1), target, new ArchiveLimits(10, 999)))
                .isInstanceOf(ArchiveException.class);
        assertNothingLeft();
    }

    @Test
    void sealedPayloadThatIsNotZstd_isRefused() throws IOException {
        assertArchiveRefused("not an archive at all".getBytes(StandardCharsets.US_ASCII));
        assertArchiveRefused(new byte[0]);
    }

    @Test
    void cutZstdFrame_isRefused() throws IOException {
        byte[] frame = Zstd.compress(new byte[1024]);
        assertArchiveRefused(Arrays.copyOf(frame, frame.length - 1));
    }

    @Test
    void zstdWindowAboveTheFormats_isRefused() throws IOException {
        // A frame of magic, descriptor 0 and a window descriptor of 16 MiB: RFC 8878, section 3.1.1.1.2.
        assertArchiveRefused(new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0, (24 - 10) << 3, 1, 0, 0});
    }

    @Test
    void brokenSink_failsWithItsOwnError() throws IOException {
        Files.write(source.resolve("model"), incompressible(5_000_000));
        OutputStream full = new OutputStream() {
            private int written;

            @Override
            public void write(int b) throws IOException {
                write(new byte[1], 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                written += length;
                if (written > 1_000_000) {
                    throw new IOException("sink is full");
                }
            }
        };
        SourceTree tree = SourceTree.scan(source);
        assertThatThrownBy(() -> EnvelopeWriter.write(Fixtures.HEADER, Fixtures.key(1), tree, full, n -> {}))
                .hasMessage("sink is full");
    }

    @Test
    void failedWriting_leavesAPieceThatNoReaderAccepts() throws IOException {
        Path file = Files.write(source.resolve("model"), incompressible(5_000_000));
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        SourceTree tree = SourceTree.scan(source);
        assertThatThrownBy(
                        () -> EnvelopeWriter.write(Fixtures.HEADER, Fixtures.key(1), tree, sink, n -> overwrite(file)))
                .isInstanceOf(ArchiveException.class);
        assertNotAuthentic(sink.toByteArray());
    }

    private void assertArchiveRefused(byte[] payload) throws IOException {
        byte[] header = HeaderCodec.encode(Fixtures.HEADER);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(header);
        SealingOutputStream sealing = new SealingOutputStream(bytes, Fixtures.key(1), header);
        sealing.write(payload);
        sealing.finish();
        assertThatThrownBy(() -> unpack(bytes.toByteArray())).isInstanceOf(ArchiveException.class);
        assertNothingLeft();
    }

    private void assertNotAuthentic(byte[] bytes) {
        assertThatThrownBy(() -> unpack(bytes)).isInstanceOf(NotAuthenticException.class);
        assertNothingLeft();
    }

    private void unpack(byte[] bytes) throws IOException {
        Envelope.open(new ByteArrayInputStream(bytes)).unpack(Fixtures.key(1), target, Fixtures.LIMITS);
    }

    private void assertNothingLeft() {
        try (Stream<Path> left = Files.list(target)) {
            assertThat(left).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] pack(int size) throws IOException {
        Files.write(source.resolve("file"), incompressible(size));
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        EnvelopeWriter.write(Fixtures.HEADER, Fixtures.key(1), SourceTree.scan(source), sink, n -> {});
        return sink.toByteArray();
    }

    private static void overwrite(Path file) {
        try {
            Files.write(file, ByteBuffer.allocate(10).array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] incompressible(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
