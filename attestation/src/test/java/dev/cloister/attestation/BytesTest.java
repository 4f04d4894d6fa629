package dev.cloister.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BytesTest {
    @Test
    void arrayChangedAfterwards_leavesBytesAlone() {
        byte[] array = {1, 2};
        Bytes bytes = Bytes.copyOf(array);
        array[0] = 9;
        bytes.toArray()[1] = 9;
        assertThat(bytes).isEqualTo(Bytes.ofHex("0102")).hasSameHashCodeAs(Bytes.ofHex("0102"));
    }

    @Test
    void otherContentOrLength_isNotEqual() {
        assertThat(Bytes.ofHex("01")).isNotEqualTo(Bytes.ofHex("02")).isNotEqualTo(Bytes.ofHex("0100"));
    }

    @Test
    void toString_showsLengthOnly() {
        assertThat(Bytes.ofHex("cafe")).hasToString("Bytes[2]");
    }

    @Test
    void hex_isLowerCase() {
        assertThat(Bytes.ofHex("CAFE").hex()).isEqualTo("cafe");
    }

    @Test
    void zero_isTrueWithoutAnyOtherByte() {
        assertThat(Bytes.ofHex("0000").isZero()).isTrue();
        assertThat(Bytes.ofHex("0001").isZero()).isFalse();
    }
}
