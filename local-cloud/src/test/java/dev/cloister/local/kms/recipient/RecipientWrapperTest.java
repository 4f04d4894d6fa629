package dev.cloister.local.kms.recipient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.attestation.recipient.RecipientException;
import dev.cloister.attestation.recipient.RecipientKey;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Security;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecipientWrapperTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final RecipientKey KEY = RecipientKey.generate(RANDOM);

    private final RecipientWrapper wrapper = new RecipientWrapper(RANDOM);

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 32, 1024, 2400})
    void wrapped_isUnwrapped(int length) throws Exception {
        byte[] plaintext = new byte[length];
        new Random(length).nextBytes(plaintext);
        byte[] wrapped = wrapper.wrap(plaintext, KEY.publicKey().toArray());
        assertThat(KEY.unwrap(wrapped)).isEqualTo(plaintext);
    }

    /** Offsets and bytes of a real answer of KMS for 32 bytes, which has 493. */
    @Test
    void dataKey_isLaidOutAsByKms() throws Exception {
        byte[] wrapped = wrapper.wrap(new byte[32], KEY.publicKey().toArray());
        assertThat(wrapped).hasSize(493);
        HexFormat hex = HexFormat.of();
        assertThat(hex.formatHex(wrapped, 0, 4)).isEqualTo("30800609");
        assertThat(hex.formatHex(wrapped, 13, 33)).isEqualTo("a08030800201023182016b308201670201028020");
        assertThat(hex.formatHex(wrapped, 65, 67)).isEqualTo("303c");
        assertThat(hex.formatHex(wrapped, 127, 131)).isEqualTo("04820100");
        assertThat(hex.formatHex(wrapped, 387, 391)).isEqualTo("30800609");
        assertThat(hex.formatHex(wrapped, 431, 435)).isEqualTo("a0800430");
    }

    @Test
    void twice_givesDifferentCiphertexts() throws Exception {
        byte[] publicKey = KEY.publicKey().toArray();
        assertThat(wrapper.wrap(new byte[32], publicKey)).isNotEqualTo(wrapper.wrap(new byte[32], publicKey));
    }

    @Test
    void anotherRecipient_cannotUnwrap() throws Exception {
        byte[] wrapped = wrapper.wrap(new byte[32], KEY.publicKey().toArray());
        try (RecipientKey other = RecipientKey.generate(RANDOM)) {
            assertThatThrownBy(() -> other.unwrap(wrapped)).isInstanceOf(RecipientException.class);
        }
    }

    @Test
    void keysOfOtherKinds_areRefused() throws Exception {
        byte[] publicKey = KEY.publicKey().toArray();
        refused(new byte[0]);
        refused(Arrays.copyOf(publicKey, publicKey.length - 1));
        refused(Arrays.copyOf(publicKey, publicKey.length + 1));
        refused(publicKey("RSA", 1024));
        refused(publicKey("RSA", 3072));
        refused(publicKey("EC", 384));
    }

    @Test
    void bouncyCastle_isNotInstalled() throws Exception {
        wrapper.wrap(new byte[32], KEY.publicKey().toArray());
        assertThat(Security.getProvider(BouncyCastleProvider.PROVIDER_NAME)).isNull();
    }

    private void refused(byte[] publicKey) {
        assertThatThrownBy(() -> wrapper.wrap(new byte[32], publicKey)).isInstanceOf(GeneralSecurityException.class);
    }

    private static byte[] publicKey(String algorithm, int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        return generator.generateKeyPair().getPublic().getEncoded();
    }
}
