package dev.cloister.local.kms;

import java.time.Instant;

/** Verifies the attestation document that a request carries under {@code Recipient}. */
public interface RecipientCheck {
    /**
     * Verifies a document.
     *
     * @param document as it came from the caller
     * @throws RecipientRefusedException naming why it is not believed
     */
    AttestedRecipient verify(byte[] document, Instant now) throws RecipientRefusedException;
}
