package dev.cloister.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DataKeyTest {
    private static final byte[] BYTES =
            "0123456789abcdef0123456789ABCDEF".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    @Test
    void toString_showsOnlyLength() {
        assertThat(DataKey.copyOf(BYTES)).hasToString("DataKey[32 bytes]");
    }

    @Test
    void exposedBytes_areCopies() {
        byte[] given = BYTES.clone();
        DataKey key = DataKey.copyOf(given);
        Arrays.fill(given, (byte) 0);
        Arrays.fill(key.exposeSecretBytes(), (byte) 0);
        assertThat(key.exposeSecretBytes()).isEqualTo(BYTES);
    }

    @Test
    void closedKey_givesNothing() throws ReflectiveOperationException {
        DataKey key = DataKey.copyOf(BYTES);
        key.close();
        key.close();
        assertThatThrownBy(key::exposeSecretBytes).isInstanceOf(IllegalStateException.class);
        var field = DataKey.class.getDeclaredField("bytes");
        field.setAccessible(true);
        assertThat((byte[]) field.get(key)).containsOnly(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16, 31, 33, 64})
    void wrongLength_isRefused(int length) {
        assertThatThrownBy(() -> DataKey.copyOf(new byte[length])).isInstanceOf(IllegalArgumentException.class);
    }
}
