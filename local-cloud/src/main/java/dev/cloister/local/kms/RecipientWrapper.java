package dev.cloister.local.kms;

import java.security.GeneralSecurityException;
import java.security.interfaces.RSAPublicKey;

/** Makes a {@code CiphertextForRecipient}. */
public interface RecipientWrapper {
    /** The CMS structure that only the holder of the private key opens. */
    byte[] wrap(byte[] plaintext, RSAPublicKey key) throws GeneralSecurityException;
}
