package dev.cloister.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The ways to break a header, docs/format/envelope-v1.md sections 1 and 2. */
final class HeaderCodecTest {
    private static final byte[] ENCODED = HeaderCodec.encode(Fixtures.HEADER);
    private static final int FIELDS = HeaderCodec.PREAMBLE_LENGTH;
    private static final int ARN = FIELDS + 5;
    private static final int KEY = ARN + 2 + Fixtures.ARN.value().length();
    private static final int CONTEXT = KEY + 2 + 4;

    @Test
    void header_hasTheLayoutOfTheFormatPage() {
        String expected = "434c4f4953544552" + "0001" + "0000" + "00000092" + "01" + "00010000"
                + "004e" + HexFormat.of().formatHex(Fixtures.ARN.value().getBytes(StandardCharsets.US_ASCII))
                + "0004" + "01020304"
                + "0002"
                + "0014" + hex("cloister:application") + "0006" + hex("digits")
                + "0010" + hex("cloister:version") + "0003" + hex("1.0");
        assertThat(HexFormat.of().formatHex(ENCODED)).isEqualTo(expected);
    }

    @Test
    void header_roundTrips() throws IOException {
        HeaderCodec.Parsed parsed = parse(ENCODED);
        assertThat(parsed.header()).isEqualTo(Fixtures.HEADER);
        assertThat(parsed.associatedData()).isEqualTo(ENCODED);
    }

    @Test
    void parsing_leavesThePayloadUnread() throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(Arrays.copyOf(ENCODED, ENCODED.length + 7));
        HeaderCodec.parse(in);
        assertThat(in.available()).isEqualTo(7);
    }

    @Test
    void contextKeys_areOrderedByUtf8Bytes() throws IOException {
        // U+FF5E comes before U+1F600 in UTF-8 and after it in UTF-16.
        TreeMap<String, String> entries =
                new TreeMap<>(Fixtures.HEADER.encryptionContext().entries());
        entries.put("\uFF5E", "a");
        entries.put("\uD83D\uDE00", "b");
        EnvelopeHeader header =
                new EnvelopeHeader(Fixtures.ARN, Fixtures.HEADER.encryptedDataKey(), new EncryptionContext(entries));
        assertThat(parse(HeaderCodec.encode(header)).header()).isEqualTo(header);
        assertThat(header.encryptionContext().entries().lastKey()).isEqualTo("\uD83D\uDE00");
    }

    @Test
    void everyTruncation_fails() {
        for (int length = 0; length < ENCODED.length; length++) {
            assertMalformed(Arrays.copyOf(ENCODED, length));
        }
    }

    @Test
    void wrongMagic_fails() {
        assertMalformed(with(0, 'c'));
    }

    @Test
    void unknownVersion_fails() {
        assertThatThrownBy(() -> parse(with(9, 2)))
                .isInstanceOf(EnvelopeFormatException.class)
                .hasMessage("package format version 2 is not known");
    }

    @Test
    void reservedBytes_fail() {
        assertMalformed(with(11, 1));
    }

    @Test
    void headerLength_isBoundedBeforeReading() {
        byte[] huge = Arrays.copyOf(ENCODED, FIELDS);
        ByteBuffer.wrap(huge).putInt(12, -1);
        assertThatThrownBy(() -> parse(huge)).hasMessageContaining("its length is 4294967295");
        ByteBuffer.wrap(huge).putInt(12, HeaderCodec.MAX_HEADER_LENGTH + 1);
        assertThatThrownBy(() -> parse(huge)).hasMessageContaining("its length is 16385");
        ByteBuffer.wrap(huge).putInt(12, 0);
        assertMalformed(huge);
    }

    @Test
    void bytesAfterTheLastField_fail() {
        byte[] longer = Arrays.copyOf(ENCODED, ENCODED.length + 1);
        ByteBuffer.wrap(longer).putInt(12, longer.length - FIELDS);
        assertMalformed(longer);
    }

    @Test
    void unknownPayloadEncoding_fails() {
        assertMalformed(with(FIELDS, 2));
    }

    @Test
    void otherSegmentSize_fails() {
        assertMalformed(with(FIELDS + 1, 1));
    }

    @Test
    void aliasInsteadOfKeyArn_fails() {
        assertMalformed(with(ARN + 2, 'A'));
    }

    @Test
    void arnOutsideAscii_fails() {
        assertMalformed(with(ARN + 10, 0xC3));
    }

    @Test
    void emptyDataKey_fails() {
        byte[] shorter = new byte[ENCODED.length - 4];
        System.arraycopy(ENCODED, 0, shorter, 0, KEY + 2);
        System.arraycopy(ENCODED, CONTEXT, shorter, KEY + 2, ENCODED.length - CONTEXT);
        ByteBuffer.wrap(shorter).putInt(12, shorter.length - FIELDS).putShort(KEY, (short) 0);
        assertMalformed(shorter);
    }

    @Test
    void tooLongDataKey_fails() {
        assertThatThrownBy(() -> EncryptedDataKey.copyOf(new byte[6145])).isInstanceOf(IllegalArgumentException.class);
        byte[] claims = ENCODED.clone();
        ByteBuffer.wrap(claims).putShort(KEY, (short) 0xFFFF);
        assertMalformed(claims);
    }

    @Test
    void contextOutOfOrder_fails() {
        // "cloister:application" becomes "zloister:application", which comes after "cloister:version".
        assertMalformed(with(CONTEXT + 4, 'z'));
    }

    @Test
    void contextKeyTwice_fails() {
        byte[] body = HexFormat.of().parseHex("0002" + "0001" + "61" + "0000" + "0001" + "61" + "0000");
        byte[] twice = Arrays.copyOf(ENCODED, CONTEXT + body.length);
        System.arraycopy(body, 0, twice, CONTEXT, body.length);
        ByteBuffer.wrap(twice).putInt(12, twice.length - FIELDS);
        assertThatThrownBy(() -> parse(twice)).hasMessageContaining("not in ascending order");
    }

    @Test
    void contextWithoutApplicationOrVersion_fails() {
        assertMalformed(with(CONTEXT + 4 + 19, 'x'));
        assertThatThrownBy(() -> EncryptionContext.of("", "1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EncryptionContext.of("a", "")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void contextWithControlCharacter_fails() {
        assertMalformed(with(ENCODED.length - 1, '\n'));
        assertMalformed(with(ENCODED.length - 1, 0x7F));
    }

    @Test
    void contextOutsideUtf8_fails() {
        assertMalformed(with(ENCODED.length - 1, 0xFF));
        assertThatThrownBy(() -> EncryptionContext.of("a\uD800", "1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tooLongContext_isRefusedWhenWriting() {
        EncryptionContext huge = EncryptionContext.of("a".repeat(70_000), "1");
        assertThatThrownBy(() -> new EnvelopeHeader(Fixtures.ARN, Fixtures.HEADER.encryptedDataKey(), huge))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void mutatedHeader_isRefusedOrEncodesToTheSameBytes() {
        Random random = new Random(20261120);
        int accepted = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] mutated = mutate(random);
            try {
                assertThat(HeaderCodec.encode(parse(mutated).header())).isEqualTo(mutated);
                accepted++;
            } catch (EnvelopeFormatException e) {
                assertThat(e).hasMessageNotContaining("\n");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        assertThat(accepted).isGreaterThan(1000);
    }

    /** One to three changed bytes, and sometimes a piece taken out or doubled with the length put right. */
    private static byte[] mutate(Random random) {
        byte[] bytes = ENCODED.clone();
        if (random.nextInt(4) == 0) {
            int from = FIELDS + random.nextInt(bytes.length - FIELDS);
            int to = from + random.nextInt(bytes.length - from);
            boolean doubled = random.nextBoolean();
            byte[] moved = new byte[doubled ? bytes.length + to - from : bytes.length - (to - from)];
            System.arraycopy(bytes, 0, moved, 0, doubled ? to : from);
            System.arraycopy(
                    bytes, doubled ? from : to, moved, doubled ? to : from, bytes.length - (doubled ? from : to));
            ByteBuffer.wrap(moved).putInt(12, moved.length - FIELDS);
            bytes = moved;
        }
        for (int n = random.nextInt(4); n > 0; n--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }

    private static byte[] with(int offset, int value) {
        byte[] bytes = ENCODED.clone();
        bytes[offset] = (byte) value;
        return bytes;
    }

    private static HeaderCodec.Parsed parse(byte[] bytes) throws IOException {
        return HeaderCodec.parse(new ByteArrayInputStream(bytes));
    }

    private static void assertMalformed(byte[] bytes) {
        assertThatThrownBy(() -> parse(bytes)).isInstanceOf(EnvelopeFormatException.class);
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }
}
