package dev.cloister.attestation.document;

import dev.cloister.attestation.Bytes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an attestation document says, whether or not it is true.
 *
 * @param moduleId the instance's id, {@code -enc} and the enclave's number
 * @param timestamp when the document was made, in milliseconds
 * @param publicKey 1 to 1024 bytes the enclave chose
 * @param userData at most 1024 bytes the enclave chose
 * @param nonce at most 1024 bytes the enclave chose
 */
public record AttestationClaims(
        String moduleId,
        Instant timestamp,
        Pcrs pcrs,
        @Nullable Bytes publicKey,
        @Nullable Bytes userData,
        @Nullable Bytes nonce) {}
