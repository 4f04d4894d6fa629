package dev.cloister.local.kms;

import dev.cloister.attestation.document.VerifiedAttestation;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.Caller;
import dev.cloister.local.policy.ConditionKeys;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One authenticated call of an operation, and what has become known of it so far. */
final class KmsCall {
    private final Caller caller;
    private final String region;
    private final Instant now;
    private final String operation;
    private final Members members;
    private final Optional<VerifiedAttestation> recipient;
    private @Nullable String keyArn;
    private @Nullable String viaService;

    KmsCall(
            Caller caller,
            String region,
            Instant now,
            String operation,
            Members members,
            Optional<VerifiedAttestation> recipient) {
        this.caller = caller;
        this.region = region;
        this.now = now;
        this.operation = operation;
        this.members = members;
        this.recipient = recipient;
    }

    Caller caller() {
        return caller;
    }

    /** The region the request is signed for. */
    String region() {
        return region;
    }

    Instant now() {
        return now;
    }

    /** The operation's name. */
    String operation() {
        return operation;
    }

    /** The action that a policy names. */
    String action() {
        return "kms:" + operation;
    }

    Members members() {
        return members;
    }

    /** The enclave that the answer is for, verified. */
    Optional<VerifiedAttestation> recipient() {
        return recipient;
    }

    /** Notes that a service asks on the caller's behalf, such as {@code s3}. */
    void via(String service) {
        viaService = service;
    }

    /** Notes for the audit which key the call is about. */
    void concerns(KeyRecord key) {
        keyArn = key.arn();
    }

    Optional<String> keyArn() {
        return Optional.ofNullable(keyArn);
    }

    /** What every call says under the condition keys. */
    Attributes.Builder attributes() {
        Attributes.Builder attributes = Attributes.builder()
                .put(ConditionKeys.PRINCIPAL_ARN, caller.roleArn())
                .put(ConditionKeys.PRINCIPAL_ACCOUNT, caller.account())
                .put(ConditionKeys.PRINCIPAL_TYPE, caller.principalType())
                .put(ConditionKeys.CALLER_ACCOUNT, caller.account())
                .put(ConditionKeys.REQUESTED_REGION, region)
                .put(ConditionKeys.SECURE_TRANSPORT, "true")
                .put(ConditionKeys.PRINCIPAL_IS_AWS_SERVICE, "false")
                .put(ConditionKeys.VIA_AWS_SERVICE, Boolean.toString(viaService != null));
        if (viaService != null) {
            attributes.put(ConditionKeys.VIA_SERVICE, viaService + "." + region + ".amazonaws.com");
        }
        recipient.ifPresent(attested -> attested.pcrs().values().forEach((index, value) -> {
            attributes.put(ConditionKeys.PCR_PREFIX + index, value.hex());
            if (index == 0) {
                attributes.put(ConditionKeys.IMAGE_SHA384, value.hex());
            }
        }));
        return attributes;
    }
}
