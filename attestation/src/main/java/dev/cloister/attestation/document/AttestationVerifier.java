package dev.cloister.attestation.document;

import dev.cloister.attestation.Bytes;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * Verifies attestation documents against one pinned root.
 *
 * <p>An accepted document was signed by a security module that the root vouches for, for the enclave whose registers it
 * lists, and meets the policy. It proves nothing about the parent instance, and a document without a nonce of the
 * verifier's own may be replayed within its allowed age. Safe for use by several threads.
 */
public final class AttestationVerifier {
    private final Bytes rootSha256;

    private AttestationVerifier(Bytes rootSha256) {
        this.rootSha256 = rootSha256;
    }

    /** Trusts the root certificate whose DER has this SHA-256, such as {@link NitroRoot#AWS_G1_SHA256}. */
    public static AttestationVerifier ofFingerprint(Bytes rootSha256) {
        if (rootSha256.length() != 32) {
            throw new IllegalArgumentException("a SHA-256 has 32 bytes, not " + rootSha256.length());
        }
        return new AttestationVerifier(rootSha256);
    }

    /** Trusts this root certificate, byte for byte. */
    public static AttestationVerifier ofRoot(X509Certificate root) throws CertificateEncodingException {
        return new AttestationVerifier(CertificateChain.sha256(Bytes.copyOf(root.getEncoded())));
    }

    /**
     * Verifies one document.
     *
     * @param document COSE_Sign1, tagged or not
     * @param now the time at which certificates have to be valid and the age is taken; for a stored document its own
     *     timestamp, if that is what the caller wants to know
     * @throws AttestationException naming the first rule the document does not meet
     */
    public VerifiedAttestation verify(byte[] document, AttestationPolicy policy, Instant now)
            throws AttestationException {
        AttestationDocument parsed = AttestationDocument.parse(document);
        CertificateChain chain = CertificateChain.of(parsed, rootSha256);
        CoseSign1 envelope = parsed.envelope();
        byte[] signed = CoseSign1.toBeSigned(envelope.protectedHeader(), envelope.payload());
        // One check covers every byte of the payload, the certificates included; the path costs as many as it is long.
        if (!Es384.verify(chain.leafKey(), signed, envelope.signature())) {
            throw new AttestationException(Rule.SIGNATURE, "its signature is not of the leaf certificate's key");
        }
        chain.validate(now);
        AttestationClaims claims = parsed.unverifiedClaims();
        policy.check(claims, now);
        return new VerifiedAttestation(claims);
    }
}
