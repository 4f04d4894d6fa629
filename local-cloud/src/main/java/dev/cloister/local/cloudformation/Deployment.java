package dev.cloister.local.cloudformation;

import dev.cloister.local.iam.Roles;
import dev.cloister.local.json.JsonText;
import dev.cloister.local.kms.KeyUseRefusedException;
import dev.cloister.local.kms.KmsService;
import dev.cloister.local.policy.AccessRequest;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.Authorizer;
import dev.cloister.local.policy.Caller;
import dev.cloister.local.policy.ConditionKeys;
import dev.cloister.local.policy.Decision;
import dev.cloister.local.policy.Policy;
import dev.cloister.local.s3.Buckets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whoever deploys, where, and with what. Everything is done with the caller's own rights, as CloudFormation does without
 * a service role.
 */
record Deployment(Caller caller, String region, String stackName, Instant now, Services services) {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final int RANDOM_LENGTH = 12;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String SERVICE = "cloudformation";

    /** What resources are made in. */
    record Services(KmsService keys, Buckets buckets, Roles roles) {}

    String account() {
        return caller.account();
    }

    /** Refuses a caller whose policies do not allow an action on something of its own account. */
    void require(String action, String resource) throws StackException {
        require(action, resource, null);
    }

    /** The same for something that has a policy of its own. */
    void require(String action, String resource, @Nullable Policy resourcePolicy) throws StackException {
        Attributes attributes = Attributes.builder()
                .put(ConditionKeys.PRINCIPAL_ARN, caller.roleArn())
                .put(ConditionKeys.PRINCIPAL_ACCOUNT, caller.account())
                .put(ConditionKeys.PRINCIPAL_TYPE, caller.principalType())
                .put(ConditionKeys.PRINCIPAL_IS_AWS_SERVICE, "false")
                .put(ConditionKeys.REQUESTED_REGION, region)
                .put(ConditionKeys.RESOURCE_ACCOUNT, account())
                .put(ConditionKeys.SECURE_TRANSPORT, "true")
                .put(ConditionKeys.VIA_AWS_SERVICE, "true")
                .build();
        AccessRequest request = new AccessRequest(caller, action, resource, account(), attributes);
        Decision decision = Authorizer.decide(request, services.roles().of(caller), resourcePolicy);
        if (!decision.isAllowed()) {
            throw new StackException("AccessDenied", decision.message(request));
        }
    }

    /** Asks KMS for something. */
    ObjectNode kms(String operation, ObjectNode members) throws StackException {
        try {
            return services.keys().perform(caller, region, operation, members, SERVICE);
        } catch (KeyUseRefusedException e) {
            throw new StackException(e.code(), String.valueOf(e.getMessage()));
        }
    }

    ObjectNode kms(String operation, String... members) throws StackException {
        ObjectNode json = JsonText.object();
        for (int i = 0; i < members.length; i += 2) {
            json.put(members[i], members[i + 1]);
        }
        return kms(operation, json);
    }

    /** A name that nobody else has: {@code STACK-RESOURCE-RANDOM}, shortened in front. */
    String generatedName(String logicalId, int maxLength) {
        StringBuilder random = new StringBuilder("-");
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            random.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        String front = stackName + "-" + logicalId;
        int length = Math.min(front.length(), maxLength - random.length());
        return front.substring(0, length) + random.toString().toUpperCase(Locale.ROOT);
    }
}
