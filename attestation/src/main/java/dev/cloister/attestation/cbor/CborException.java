package dev.cloister.attestation.cbor;

/** The input is not the CBOR that was expected at that place. */
public final class CborException extends Exception {
    public CborException(String message) {
        super(message);
    }
}
