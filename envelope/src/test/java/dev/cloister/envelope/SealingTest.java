package dev.cloister.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The ways to break a sealed stream, docs/format/envelope-v1.md section 3. */
final class SealingTest {
    private static final int FIRST = Sealing.FIRST_PLAINTEXT_SEGMENT;
    private static final int SEGMENT = Sealing.PLAINTEXT_SEGMENT;
    private static final int HEADER = Sealing.STREAM_HEADER_LENGTH;
    private static final byte[] CONTEXT = {1, 2, 3};

    /** Around the edges of the first, the second and the third segment. */
    static int[] sizes() {
        return new int[] {
            0,
            1,
            16,
            FIRST - 1,
            FIRST,
            FIRST + 1,
            FIRST + 16,
            FIRST + SEGMENT - 1,
            FIRST + SEGMENT,
            FIRST + SEGMENT + 1,
            FIRST + 2 * SEGMENT - 1,
            FIRST + 2 * SEGMENT,
            FIRST + 2 * SEGMENT + 1,
            1_000_000
        };
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void anySize_roundTrips(int size) throws IOException {
        byte[] plaintext = plaintext(size);
        byte[] sealed = seal(plaintext);
        int segments = size <= FIRST ? 1 : 1 + (size - FIRST + SEGMENT - 1) / SEGMENT;
        assertThat(sealed).hasSize(HEADER + size + Sealing.TAG_LENGTH * segments);
        assertThat(open(sealed)).isEqualTo(plaintext);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void sealedStream_isTinksFormat(int size) throws IOException, GeneralSecurityException {
        byte[] plaintext = plaintext(size);
        AesGcmHkdfStreaming tink = Sealing.under(Fixtures.key(7));
        try (InputStream in = tink.newDecryptingStream(new ByteArrayInputStream(seal(plaintext)), CONTEXT)) {
            assertThat(in.readAllBytes()).isEqualTo(plaintext);
        }
        ByteArrayOutputStream sealedByTink = new ByteArrayOutputStream();
        try (var out = tink.newEncryptingStream(sealedByTink, CONTEXT)) {
            out.write(plaintext);
        }
        assertThat(open(sealedByTink.toByteArray())).isEqualTo(plaintext);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void trailingBytes_fail(int size) throws IOException {
        byte[] sealed = seal(plaintext(size));
        for (int more : new int[] {1, 16, 17, HeaderCodec.SEGMENT_SIZE}) {
            assertNotAuthentic(Arrays.copyOf(sealed, sealed.length + more));
        }
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void truncatedByOneByte_fails(int size) throws IOException {
        byte[] sealed = seal(plaintext(size));
        assertNotAuthentic(Arrays.copyOf(sealed, sealed.length - 1));
    }

    @Test
    void truncatedAnywhereInASmallStream_fails() throws IOException {
        byte[] sealed = seal(plaintext(100));
        for (int length = 0; length < sealed.length; length++) {
            assertNotAuthentic(Arrays.copyOf(sealed, length));
        }
    }

    @Test
    void truncatedAtASegmentEdge_failsAsEndedEarly() throws IOException {
        byte[] sealed = seal(plaintext(FIRST + SEGMENT + 5));
        for (int segments = 1; segments <= 2; segments++) {
            byte[] shorter = Arrays.copyOf(sealed, segments * HeaderCodec.SEGMENT_SIZE);
            assertThatThrownBy(() -> open(shorter))
                    .isInstanceOf(NotAuthenticException.class)
                    .hasMessage("the package is not authentic: it ended early");
        }
    }

    @Test
    void secondStreamAfterAFullLastSegment_failsAsMoreAfterTheEnd() throws IOException {
        byte[] sealed = seal(plaintext(FIRST));
        assertThatThrownBy(() -> open(Arrays.copyOf(sealed, sealed.length + 1)))
                .isInstanceOf(NotAuthenticException.class)
                .hasMessage("the package is not authentic: there is more after its end");
    }

    @Test
    void flippedTag_fails() throws IOException {
        byte[] sealed = seal(plaintext(FIRST + 10));
        for (int tagEnd : new int[] {HeaderCodec.SEGMENT_SIZE, sealed.length}) {
            for (int i = 1; i <= Sealing.TAG_LENGTH; i++) {
                assertNotAuthentic(flipped(sealed, tagEnd - i));
            }
        }
    }

    @Test
    void flippedAnywhere_fails() throws IOException {
        byte[] sealed = seal(plaintext(50));
        for (int i = 0; i < sealed.length; i++) {
            assertNotAuthentic(flipped(sealed, i));
        }
    }

    @Test
    void swappedSegments_fail() throws IOException {
        byte[] sealed = seal(plaintext(FIRST + 3 * SEGMENT));
        byte[] swapped = sealed.clone();
        int segment = HeaderCodec.SEGMENT_SIZE;
        System.arraycopy(sealed, segment, swapped, 2 * segment, segment);
        System.arraycopy(sealed, 2 * segment, swapped, segment, segment);
        assertNotAuthentic(swapped);
    }

    @Test
    void doubledSegment_fails() throws IOException {
        byte[] sealed = seal(plaintext(FIRST + 2 * SEGMENT));
        int segment = HeaderCodec.SEGMENT_SIZE;
        byte[] doubled = Arrays.copyOf(sealed, sealed.length + segment);
        System.arraycopy(sealed, segment, doubled, 2 * segment, sealed.length - segment);
        assertNotAuthentic(doubled);
    }

    @Test
    void droppedSegment_fails() throws IOException {
        byte[] sealed = seal(plaintext(FIRST + 2 * SEGMENT));
        int segment = HeaderCodec.SEGMENT_SIZE;
        byte[] dropped = Arrays.copyOf(sealed, sealed.length - segment);
        System.arraycopy(sealed, 2 * segment, dropped, segment, segment);
        assertNotAuthentic(dropped);
    }

    @Test
    void otherKey_fails() throws IOException {
        byte[] sealed = seal(plaintext(50));
        assertThatThrownBy(() -> open(sealed, Fixtures.key(8), CONTEXT)).isInstanceOf(NotAuthenticException.class);
    }

    @Test
    void otherAssociatedData_fails() throws IOException {
        byte[] sealed = seal(plaintext(50));
        assertThatThrownBy(() -> open(sealed, Fixtures.key(7), new byte[] {1, 2}))
                .isInstanceOf(NotAuthenticException.class);
    }

    @Test
    void plaintext_isReleasedUpToTheBrokenSegmentAndNotBeyond() throws IOException {
        byte[] plaintext = plaintext(FIRST + 2 * SEGMENT);
        byte[] broken = flipped(seal(plaintext), HeaderCodec.SEGMENT_SIZE + 5);
        OpeningInputStream in = new OpeningInputStream(new ByteArrayInputStream(broken), Fixtures.key(7), CONTEXT);
        assertThat(in.readNBytes(FIRST)).isEqualTo(Arrays.copyOf(plaintext, FIRST));
        assertThatThrownBy(in::read).isInstanceOf(NotAuthenticException.class);
        assertThatThrownBy(in::read).isInstanceOf(NotAuthenticException.class);
    }

    @Test
    void streamNotFinished_isNotAccepted() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SealingOutputStream sealing = new SealingOutputStream(out, Fixtures.key(7), CONTEXT);
        sealing.write(plaintext(FIRST + SEGMENT + 1));
        sealing.close();
        assertNotAuthentic(out.toByteArray());
    }

    @Test
    void readingByteByByte_givesTheSame() throws IOException {
        byte[] plaintext = plaintext(FIRST + 3);
        OpeningInputStream in =
                new OpeningInputStream(new ByteArrayInputStream(seal(plaintext)), Fixtures.key(7), CONTEXT);
        for (byte b : plaintext) {
            assertThat(in.read()).isEqualTo(b & 0xFF);
        }
        assertThat(in.read()).isEqualTo(-1);
        assertThat(in.read()).isEqualTo(-1);
    }

    private static byte[] plaintext(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static byte[] seal(byte[] plaintext) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SealingOutputStream sealing = new SealingOutputStream(out, Fixtures.key(7), CONTEXT);
        // In two pieces, so that segments are filled across writes.
        sealing.write(plaintext, 0, plaintext.length / 3);
        sealing.write(plaintext, plaintext.length / 3, plaintext.length - plaintext.length / 3);
        sealing.finish();
        return out.toByteArray();
    }

    private static byte[] open(byte[] sealed) throws IOException {
        return open(sealed, Fixtures.key(7), CONTEXT);
    }

    private static byte[] open(byte[] sealed, DataKey key, byte[] associatedData) throws IOException {
        return new OpeningInputStream(new ByteArrayInputStream(sealed), key, associatedData).readAllBytes();
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] changed = bytes.clone();
        changed[at] ^= 1;
        return changed;
    }

    private static void assertNotAuthentic(byte[] sealed) {
        assertThatThrownBy(() -> open(sealed)).isInstanceOf(NotAuthenticException.class);
    }
}
