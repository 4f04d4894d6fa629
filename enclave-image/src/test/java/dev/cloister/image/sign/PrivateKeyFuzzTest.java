package dev.cloister.image.sign;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any file is read as a key of P-384 or refused without a word of what is in it. */
class PrivateKeyFuzzTest {
    @FuzzTest
    void key_isReadOrRefused(byte[] pem) {
        try {
            assertThat(PrivateKeyFile.parse(pem).getParams().getOrder().bitLength())
                    .isEqualTo(384);
        } catch (SigningException e) {
            assertThat(e).hasNoCause().hasMessageContaining("private key");
        }
    }
}
