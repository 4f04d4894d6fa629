package dev.cloister.local.audit;

import dev.cloister.local.policy.Caller;
import java.time.Instant;
import java.util.Optional;

/**
 * One call.
 *
 * @param source such as {@code kms.amazonaws.com}
 * @param name the operation
 * @param caller empty where the signature was refused
 * @param region empty likewise
 * @param keyArn the key it was about
 * @param attestation what the recipient's attestation document said, once verified
 * @param error empty when the call succeeded
 */
public record AuditEvent(
        Instant time,
        String requestId,
        String source,
        String name,
        Optional<Caller> caller,
        Optional<String> region,
        Optional<String> keyArn,
        Optional<Attestation> attestation,
        Optional<Failure> error) {

    /**
     * Which enclave asked.
     *
     * @param imageDigestPrefix the first 16 hexadecimal digits of PCR0
     */
    public record Attestation(String moduleId, String imageDigestPrefix) {}

    /** The error that was answered. */
    public record Failure(String code, String message) {}
}
