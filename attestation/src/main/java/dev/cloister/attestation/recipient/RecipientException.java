package dev.cloister.attestation.recipient;

/**
 * A ciphertext for this recipient could not be opened.
 *
 * <p>It says nothing about why, so that nobody learns from it which part of a made-up ciphertext was right.
 */
public final class RecipientException extends Exception {
    RecipientException() {
        super("the ciphertext for the recipient cannot be opened");
    }
}
