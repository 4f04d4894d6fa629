package dev.cloister.attestation.document;

import dev.cloister.attestation.Bytes;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.util.List;

/** Writes documents as a security module does, with a leaf key and the certificates that vouch for it. */
public final class AttestationDocumentWriter {
    private final PrivateKey leafKey;
    private final Bytes certificate;
    private final List<Bytes> cabundle;

    /**
     * A writer for one leaf.
     *
     * @param leafKey of P-384
     * @param certificate the leaf's, DER
     * @param cabundle DER, the root first and the leaf's issuer last
     */
    public AttestationDocumentWriter(PrivateKey leafKey, Bytes certificate, List<Bytes> cabundle) {
        this.leafKey = leafKey;
        this.certificate = certificate;
        this.cabundle = List.copyOf(cabundle);
    }

    /** A signed document. That the claims keep within the limits of the format is up to the caller. */
    public byte[] write(AttestationClaims claims) throws InvalidKeyException {
        return sign(leafKey, new Payload(claims, certificate, cabundle).encode());
    }

    static byte[] sign(PrivateKey leafKey, Bytes payload) throws InvalidKeyException {
        Bytes header = CoseSign1.headerFor(CoseSign1.ES384);
        Bytes signature = Es384.sign(leafKey, CoseSign1.toBeSigned(header, payload));
        return new CoseSign1(header, payload, signature).encode();
    }
}
