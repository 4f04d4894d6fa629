package dev.cloister.attestation.document;

/** The rules an attestation document has to meet, in the order in which they are checked. */
public enum Rule {
    /** The size, the COSE envelope, the payload's fields with their types and limits. */
    STRUCTURE,
    /** A document of an EC2 instance's NitroTPM attests no enclave. */
    NITRO_TPM,
    /** ES384 and SHA-384, nothing else. */
    ALGORITHM,
    /** The bundle starts with the pinned root certificate. */
    ROOT,
    /** The certificates lead from the root to the leaf, each valid at the time, of P-384, and allowed its part. */
    CERTIFICATE_PATH,
    /** The document is signed with the leaf certificate's key. */
    SIGNATURE,
    /** Made neither in the future nor longer ago than allowed. */
    TIMESTAMP,
    /** Carries the nonce that was asked for. */
    NONCE,
    /** Not of an enclave in debug mode, whose image is not measured, unless that is allowed. */
    DEBUG_MODE,
    /** The registers hold what was expected. */
    PCRS
}
