package dev.cloister.local.kms;

/** An attestation document that is not believed; the message says why and repeats nothing of it. */
public final class RecipientRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    public RecipientRefusedException(String message) {
        super(message);
    }
}
