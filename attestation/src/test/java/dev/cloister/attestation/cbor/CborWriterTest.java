package dev.cloister.attestation.cbor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.attestation.Bytes;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CborWriterTest {
    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "23, 17",
        "24, 1818",
        "255, 18ff",
        "256, 190100",
        "65535, 19ffff",
        "65536, 1a00010000",
        "4294967295, 1affffffff",
        "4294967296, 1b0000000100000000",
        "9223372036854775807, 1b7fffffffffffffff",
        "-1, 20",
        "-24, 37",
        "-25, 3818",
        "-35, 3822",
        "-9223372036854775808, 3b7fffffffffffffff"
    })
    void integer_isShortest(long value, String hex) {
        assertThat(hex(new CborWriter().integer(value))).isEqualTo(hex);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 23, 24, 255, 256, 65_535, 65_536})
    void string_isReadBack(int length) throws CborException {
        Bytes bytes = Bytes.copyOf(new byte[length]);
        String text = "x".repeat(length);
        CborReader in = new CborReader(new CborWriter().bytes(bytes).text(text).toByteArray());
        assertThat(in.bytes(length, length)).isEqualTo(bytes);
        assertThat(in.text(length, length)).isEqualTo(text);
        in.end();
    }

    @Test
    void structure_isDefinite() {
        CborWriter out = new CborWriter()
                .map(2)
                .text("a")
                .array(2)
                .bool(true)
                .bool(false)
                .text("b")
                .bytesOrNull(null);
        assertThat(hex(out)).isEqualTo("a2616182f5f46162f6");
    }

    private static String hex(CborWriter out) {
        return HexFormat.of().formatHex(out.toByteArray());
    }
}
