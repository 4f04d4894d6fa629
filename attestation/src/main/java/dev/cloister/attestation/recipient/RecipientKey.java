package dev.cloister.attestation.recipient;

import dev.cloister.attestation.Bytes;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * An RSA key pair of 2048 bits whose public half goes into an attestation document, and whose private half opens what
 * KMS returns for it.
 *
 * <p>The private key never leaves this class. Closing lets go of it; the JDK has no way to overwrite it. Nothing here
 * protects the integrity of what is unwrapped: anyone can encrypt for the public key, so the caller has to check the
 * result, as an authenticated cipher under it does. Safe for use by several threads.
 */
public final class RecipientKey implements AutoCloseable {
    /** The name of the algorithm in KMS's {@code Recipient}. */
    public static final String KEY_ENCRYPTION_ALGORITHM = "RSAES_OAEP_SHA_256";

    /** The longest ciphertext KMS returns, in bytes (its API model's {@code CiphertextType}). */
    public static final int MAX_CIPHERTEXT = 6144;

    private static final int KEY_BITS = 2048;
    private static final int CONTENT_KEY_LENGTH = 32;

    private final Bytes publicKey;
    private volatile @Nullable PrivateKey privateKey;

    private RecipientKey(KeyPair pair) {
        publicKey = Bytes.copyOf(pair.getPublic().getEncoded());
        privateKey = pair.getPrivate();
    }

    /** A fresh key pair. Takes a tenth of a second or more. */
    public static RecipientKey generate(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(KEY_BITS, random);
            return new RecipientKey(generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has RSA", e);
        }
    }

    /** The DER of the SubjectPublicKeyInfo, for the attestation document. */
    public Bytes publicKey() {
        return publicKey;
    }

    /**
     * Opens a CiphertextForRecipient.
     *
     * @return the plaintext, which the caller wipes
     * @throws RecipientException for whatever is wrong with it
     * @throws IllegalStateException after {@link #close}
     */
    public byte[] unwrap(byte[] ciphertextForRecipient) throws RecipientException {
        PrivateKey key = privateKey;
        if (key == null) {
            throw new IllegalStateException("the recipient key is closed");
        }
        if (ciphertextForRecipient.length > MAX_CIPHERTEXT) {
            throw new RecipientException();
        }
        return open(key, RecipientEnvelope.parse(ciphertextForRecipient));
    }

    @Override
    public void close() {
        privateKey = null;
    }

    static byte[] open(PrivateKey key, RecipientEnvelope envelope) throws RecipientException {
        byte[] contentKey = new byte[0];
        try {
            contentKey = unwrapContentKey(key, envelope.wrappedKey());
            if (contentKey.length != CONTENT_KEY_LENGTH) {
                throw new RecipientException();
            }
            Cipher aes = Cipher.getInstance("AES/CBC/PKCS5Padding");
            IvParameterSpec iv = new IvParameterSpec(envelope.iv().toArray());
            aes.init(Cipher.DECRYPT_MODE, new SecretKeySpec(contentKey, "AES"), iv);
            return aes.doFinal(envelope.content().toArray());
        } catch (GeneralSecurityException e) {
            throw new RecipientException();
        } finally {
            Arrays.fill(contentKey, (byte) 0);
        }
    }

    private static byte[] unwrapContentKey(PrivateKey key, Bytes wrapped) throws GeneralSecurityException {
        Cipher rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
        // The name OAEPWithSHA-256AndMGF1Padding would leave MGF1 with SHA-1.
        OAEPParameterSpec sha256Twice =
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);
        rsa.init(Cipher.DECRYPT_MODE, key, sha256Twice);
        return rsa.doFinal(wrapped.toArray());
    }
}
