package dev.cloister.protocol.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cloister.protocol.frame.ProtocolException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SyncPathTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/", "/a", "a/", "a//b", "//", ".", "..", "./a", "../a", "a/.", "a/..", "a/./b", "a/../b", "a\0", "\0",
                "a/\0b"
            })
    void pathThatIsNotItsOnlySpelling_isRefused(String path) {
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> SyncPath.of(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b", "...", "..a", ".a", "a.", "a..", " ", "a\nb", "-rf", "\\", "a/.../b"})
    void ordinaryNames_areAccepted(String path) throws Exception {
        assertThat(SyncPath.of(path)).hasToString(path);
        assertThat(SyncPath.of(path).names()).hasSize(path.split("/", -1).length);
    }

    @Test
    void emptyPath_isTheRoot() throws Exception {
        assertThat(SyncPath.of("")).isEqualTo(SyncPath.ROOT);
        assertThat(SyncPath.ROOT.isRoot()).isTrue();
        assertThat(SyncPath.of("a").isRoot()).isFalse();
    }

    @Test
    void longestNameAndPath_areAcceptedAndOneMoreByteIsNot() throws Exception {
        String name = "n".repeat(SyncPath.MAX_NAME);
        assertThat(SyncPath.of(name).names()).hasSize(1);
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> SyncPath.of(name + "n"));
        String path = "a/".repeat(SyncPath.MAX_PATH / 2 - 1) + "ab";
        assertThat(SyncPath.of(path).names()).hasSize(SyncPath.MAX_PATH / 2);
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> SyncPath.of(path + "c"));
    }

    @Test
    void bytesThatAreNotText_areKept() throws Exception {
        byte[] bytes = {(byte) 0xff, '/', (byte) 0xc0, (byte) 0x80};
        SyncPath path = SyncPath.of(bytes);
        assertThat(path.names()).hasSize(2);
        assertThat(path).isEqualTo(SyncPath.of(bytes.clone()));
        assertThat(path).isNotEqualTo(SyncPath.of(new String(bytes, StandardCharsets.UTF_8)));
    }
}
