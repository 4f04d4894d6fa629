package dev.cloister.attestation.cbor;

/** What the next data item is, as far as a caller has to know before reading it. */
public enum CborKind {
    UNSIGNED,
    NEGATIVE,
    BYTES,
    TEXT,
    ARRAY,
    MAP,
    TAG,
    BOOLEAN,
    NULL,
    UNDEFINED,
    FLOAT,
    BREAK
}
