package dev.cloister.attestation.cbor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.attestation.Allocation;
import dev.cloister.attestation.Bytes;
import java.util.HexFormat;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The encodings are those of RFC 8949, appendix A, where it has them. */
final class CborReaderTest {

    @ParameterizedTest
    @CsvSource({
        "00, 0",
        "17, 23",
        "1818, 24",
        "18ff, 255",
        "190100, 256",
        "19ffff, 65535",
        "1a00010000, 65536",
        "1affffffff, 4294967295",
        "1b0000000100000000, 4294967296",
        "1b7fffffffffffffff, 9223372036854775807",
        "20, -1",
        "3863, -100",
        "3903e7, -1000",
        "3b7fffffffffffffff, -9223372036854775808"
    })
    void shortestInteger_isRead(String hex, long value) throws CborException {
        CborReader in = reader(hex);
        assertThat(in.integer()).isEqualTo(value);
        in.end();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1800",
                "1817",
                "190000",
                "1900ff",
                "1a0000ffff",
                "1b00000000ffffffff",
                "3817",
                "1b8000000000000000"
            })
    void integerNotShortestOrTooBig_isRefused(String hex) {
        refused(() -> reader(hex).integer());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "18", "1900", "1a000000", "1b00", "1c", "1d", "1e", "1f", "f4", "40"})
    void noInteger_isRefused(String hex) {
        refused(() -> reader(hex).integer());
    }

    @Test
    void integerAboveLimit_isRefused() {
        refused(() -> reader("1820").unsigned(31));
    }

    @Test
    void negativeWhereUnsigned_isRefused() {
        refused(() -> reader("20").unsigned(31));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"43ffff", "5803ffffff", "5f41ff41ffff", "5b7fffffffffffffff", "5affffffff", "63ffffff", "f6"})
    void bytesCutNotShortestOrIndefinite_areRefused(String hex) {
        refused(() -> reader(hex).bytes(0, Integer.MAX_VALUE));
    }

    @Test
    void bytesOutsideOfLimits_areRefused() throws CborException {
        assertThat(reader("420102").bytes(2, 2)).isEqualTo(Bytes.ofHex("0102"));
        refused(() -> reader("420102").bytes(0, 1));
        refused(() -> reader("420102").bytes(3, 9));
    }

    @Test
    void nullAndUndefined_areNoBytes() throws CborException {
        assertThat(reader("f6").bytesOrNull(0, 9)).isNull();
        assertThat(reader("f7").bytesOrNull(0, 9)).isNull();
        assertThat(reader("40").bytesOrNull(0, 9)).isEqualTo(Bytes.ofHex(""));
        refused(() -> reader("f4").bytesOrNull(0, 9));
    }

    @ParameterizedTest
    @ValueSource(strings = {"61ff", "62c080", "63eda080", "64f4908080", "7f6161ff", "4161"})
    void textNotUtf8OrIndefinite_isRefused(String hex) {
        refused(() -> reader(hex).text(0, 9));
    }

    @Test
    void text_isRead() throws CborException {
        assertThat(reader("64f0908591").text(1, 4)).isEqualTo("\ud800\udd51");
    }

    @ParameterizedTest
    @ValueSource(strings = {"f6", "00", "e0", "f8f5", "f814"})
    void noBoolean_isRefused(String hex) {
        refused(() -> reader(hex).bool());
    }

    @ParameterizedTest
    @ValueSource(strings = {"9f0102ff", "8201", "9affffffff", "9b7fffffffffffffff", "9802", "a10102"})
    void arrayCutIndefiniteOrNone_isRefused(String hex) {
        refused(() -> {
            CborReader in = reader(hex);
            for (int left = in.array(0, Integer.MAX_VALUE); left > 0; left--) {
                in.integer();
            }
            in.end();
            throw new AssertionError("an array after all");
        });
    }

    @Test
    void arrayOutsideOfLimits_isRefused() {
        refused(() -> reader("820102").array(3, 9));
        refused(() -> reader("820102").array(0, 1));
    }

    @Test
    void indefiniteMap_isReadWhereAllowed() throws CborException {
        CborReader in = reader("bf6161016162f5ff");
        CborMap map = in.mapOfEitherLength(2);
        assertThat(map.next()).isTrue();
        assertThat(map.textKey(1)).isEqualTo("a");
        assertThat(in.integer()).isEqualTo(1);
        assertThat(map.next()).isTrue();
        assertThat(map.textKey(1)).isEqualTo("b");
        assertThat(in.bool()).isTrue();
        assertThat(map.next()).isFalse();
        in.end();
        refused(() -> reader("bfff").map(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a2616101616102", "bf616101616102ff"})
    void keyTwice_isRefused(String hex) {
        refused(() -> readAll(reader(hex), 9));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a2616101616202", "bf616101616202ff"})
    void mapOfTooManyEntries_isRefused(String hex) throws CborException {
        readAll(reader(hex), 2);
        refused(() -> readAll(reader(hex), 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bf616101", "bf6161ff", "a2616101", "ba7fffffff", "a1", "bf01ff"})
    void mapCutShort_isRefused(String hex) {
        refused(() -> readAll(reader(hex), Integer.MAX_VALUE));
    }

    @Test
    void unsignedKeyTwice_isRefused() throws CborException {
        CborReader in = reader("a201400140");
        CborMap map = in.map(9);
        map.next();
        map.unsignedKey(31);
        in.bytes(0, 0);
        map.next();
        refused(() -> map.unsignedKey(31));
    }

    @Test
    void bytesAfterEnd_areRefused() throws CborException {
        CborReader in = reader("0000");
        in.integer();
        refused(in::end);
    }

    @Test
    void tag_isSkippedOnlyWhereAskedFor() throws CborException {
        CborReader in = reader("d200");
        assertThat(in.skipTag(17)).isFalse();
        refused(() -> reader("d200").integer());
        assertThat(in.skipTag(18)).isTrue();
        assertThat(in.integer()).isZero();
        refused(() -> reader("d81200").skipTag(18));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00",
                "20",
                "4101",
                "6161",
                "80",
                "a0",
                "83010203",
                "9f0102ff",
                "a16161820102",
                "bf61619fffff",
                "f4",
                "f5",
                "f6",
                "f7",
                "f93c00",
                "fa47c35000",
                "fb3ff199999999999a",
                "8181818181818180"
            })
    void anyItem_isSkipped(String hex) throws CborException {
        CborReader in = reader(hex);
        in.skip();
        in.end();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c000",
                "ff",
                "e0",
                "f800",
                "f820",
                "fc",
                "fb3ff19999999999",
                "9f",
                "8201",
                "9fc000ff",
                "a201000100",
                "bf01000100ff",
                "bf01ff",
                "818181818181818180",
                "9f9f9f9f9f9f9f9f9f"
            })
    void malformedItem_isNotSkipped(String hex) {
        refused(() -> reader(hex).skip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"5a7fffffff", "7a7fffffff", "9a7fffffff", "ba7fffffff", "9b7fffffffffffffff"})
    void lengthBeyondInput_allocatesNothing(String hex) throws Exception {
        refused(() -> reader(hex).skip());
        assertThat(Allocation.of(() -> refused(() -> reader(hex).skip()))).isLessThan(100_000);
        refused(() -> reader("9a7fffffff").array(0, Integer.MAX_VALUE));
    }

    private static void readAll(CborReader in, int max) throws CborException {
        for (CborMap map = in.mapOfEitherLength(max); map.next(); ) {
            map.textKey(9);
            in.skip();
        }
        in.end();
    }

    private static CborReader reader(String hex) {
        return new CborReader(HexFormat.of().parseHex(hex));
    }

    private static void refused(ThrowingCallable reading) {
        assertThatThrownBy(reading).isInstanceOf(CborException.class);
    }
}
