package dev.cloister.local.kms;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The AES-256 key behind a KMS key. It seals and opens; its bytes leave it only towards the state directory. */
final class KeyMaterial {
    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;
    private static final int KEY_BYTES = 32;

    private final byte[] key;

    private KeyMaterial(byte[] key) {
        this.key = key;
    }

    static KeyMaterial random(SecureRandom random) {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return new KeyMaterial(key);
    }

    /** Reads what {@link #encodeForStorage} wrote; nothing where it is something else. */
    static Optional<KeyMaterial> decode(String stored) {
        try {
            byte[] key = Base64.getDecoder().decode(stored);
            return key.length == KEY_BYTES ? Optional.of(new KeyMaterial(key)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    String encodeForStorage() {
        return Base64.getEncoder().encodeToString(key);
    }

    /** The ciphertext and its tag. */
    byte[] seal(byte[] nonce, byte[] associatedData, byte[] plaintext) {
        try {
            return cipher(Cipher.ENCRYPT_MODE, nonce, associatedData).doFinal(plaintext);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has AES-GCM", e);
        }
    }

    /** The plaintext, or nothing where anything was changed. */
    Optional<byte[]> open(byte[] nonce, byte[] associatedData, byte[] sealed) {
        try {
            return Optional.of(
                    cipher(Cipher.DECRYPT_MODE, nonce, associatedData).doFinal(sealed));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has AES-GCM", e);
        }
    }

    /** Called when the key is deleted for good. */
    void wipe() {
        Arrays.fill(key, (byte) 0);
    }

    private Cipher cipher(int mode, byte[] nonce, byte[] associatedData) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        cipher.updateAAD(associatedData);
        return cipher;
    }
}
