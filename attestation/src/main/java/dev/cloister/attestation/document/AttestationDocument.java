package dev.cloister.attestation.document;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.cbor.CborException;
import java.util.List;

/**
 * A well-formed attestation document of a Nitro enclave, not yet verified.
 *
 * <p>What it says is reached through {@link #unverifiedClaims} only, for showing it to people. Anything that acts on a
 * document takes a {@link VerifiedAttestation}.
 */
public final class AttestationDocument {
    /** The largest document, in bytes: the largest payload and what surrounds it. */
    public static final int MAX_LENGTH = CoseSign1.MAX_PAYLOAD + 512;

    private final CoseSign1 envelope;
    private final Payload payload;

    private AttestationDocument(CoseSign1 envelope, Payload payload) {
        this.envelope = envelope;
        this.payload = payload;
    }

    /**
     * Checks size, envelope, algorithm and the payload's fields.
     *
     * @throws AttestationException of the rules {@link Rule#STRUCTURE}, {@link Rule#ALGORITHM}, {@link Rule#NITRO_TPM}
     */
    public static AttestationDocument parse(byte[] encoded) throws AttestationException {
        if (encoded.length > MAX_LENGTH) {
            throw new AttestationException(Rule.STRUCTURE, "it is longer than " + MAX_LENGTH + " bytes");
        }
        CoseSign1 envelope;
        long algorithm;
        try {
            envelope = CoseSign1.parse(encoded);
            algorithm = envelope.algorithm();
        } catch (CborException e) {
            throw new AttestationException(Rule.STRUCTURE, "the envelope is malformed: " + e.getMessage(), e);
        }
        if (algorithm != CoseSign1.ES384) {
            throw new AttestationException(Rule.ALGORITHM, "it is not signed with ES384");
        }
        if (envelope.signature().length() != Es384.SIGNATURE_LENGTH) {
            throw new AttestationException(
                    Rule.STRUCTURE, "the signature has not " + Es384.SIGNATURE_LENGTH + " bytes");
        }
        return new AttestationDocument(envelope, Payload.parse(envelope.payload()));
    }

    /** What the document says. Anybody can make one that says so. */
    public AttestationClaims unverifiedClaims() {
        return payload.claims();
    }

    /** The leaf certificate, DER. */
    public Bytes certificate() {
        return payload.certificate();
    }

    /** The certificates that lead to the leaf, DER, the root first. */
    public List<Bytes> cabundle() {
        return payload.cabundle();
    }

    CoseSign1 envelope() {
        return envelope;
    }
}
