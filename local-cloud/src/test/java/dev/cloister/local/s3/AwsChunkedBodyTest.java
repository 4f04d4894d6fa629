package dev.cloister.local.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ways to break a body in chunks, and the checksums behind one. */
class AwsChunkedBodyTest {
    private static final String GOOD = "5\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n";

    @Test
    void chunks_arePutTogetherAndTheTrailerIsKept() throws Exception {
        AwsChunkedBody body = body(GOOD);

        assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("hello!");
        assertThat(body.trailers()).containsEntry("x-amz-checksum-crc32", "AAAA");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\r\nhell",
                "5\r\nhello",
                "5\r\nhello\r\n",
                "5\r\nhello!\r\n0\r\n\r\n",
                "x\r\nhello\r\n0\r\n\r\n",
                "-1\r\n\r\n0\r\n\r\n",
                "5;chunk-signature=00\r\nhello\r\n0\r\n\r\n",
                "1000001\r\n",
                "0\r\nno colon\r\n\r\n",
                "0\r\nx-amz-checksum-crc32:AAAA\r\n",
                ""
            })
    void malformedBody_isRefused(String text) {
        assertThatThrownBy(() -> body(text).readAllBytes()).isInstanceOf(IOException.class);
    }

    @Test
    void everyPrefixOfABody_isRefused() {
        for (int length = 0; length < GOOD.length(); length++) {
            String cut = GOOD.substring(0, length);
            assertThatThrownBy(() -> body(cut).readAllBytes()).as(cut).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "crc32,     cbf43926",
        "crc32c,    e3069283",
        "crc64nvme, ae8b14860a799888",
        "sha1,      f7c3bc1d808e04732adf679965ccc34ca7ae3441",
        "sha256,    15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"
    })
    void checksum_isTheOneEverybodyElseComputes(String name, String expected) {
        Checksum checksum = Checksum.named(name).orElseThrow();
        checksum.update("123456789".getBytes(StandardCharsets.US_ASCII), 0, 9);

        assertThat(HexFormat.of().formatHex(Base64.getDecoder().decode(checksum.value())))
                .isEqualTo(expected);
    }

    private static AwsChunkedBody body(String text) {
        return new AwsChunkedBody(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), Optional.empty(), true);
    }
}
