package dev.cloister.attestation.document;

import dev.cloister.attestation.Bytes;
import java.time.Instant;
import java.util.Optional;

/** What a genuine document says. Only an {@link AttestationVerifier} makes these. */
public final class VerifiedAttestation {
    private final AttestationClaims claims;

    VerifiedAttestation(AttestationClaims claims) {
        this.claims = claims;
    }

    /** The instance's id, {@code -enc} and the enclave's number. */
    public String moduleId() {
        return claims.moduleId();
    }

    /** When the document was made. */
    public Instant timestamp() {
        return claims.timestamp();
    }

    public Pcrs pcrs() {
        return claims.pcrs();
    }

    /** The public key the enclave put in, as it put it in: nobody has checked that it is one. */
    public Optional<Bytes> publicKey() {
        return Optional.ofNullable(claims.publicKey());
    }

    public Optional<Bytes> userData() {
        return Optional.ofNullable(claims.userData());
    }

    public Optional<Bytes> nonce() {
        return Optional.ofNullable(claims.nonce());
    }
}
