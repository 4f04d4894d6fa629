package dev.cloister.local.policy;

import org.jspecify.annotations.Nullable;

/**
 * Takes the decision from a caller's identity policy and the resource's own policy, by the rules of the IAM user
 * guide, "Policy evaluation logic" and "Cross-account policy evaluation logic": an explicit deny anywhere wins; within
 * one account a resource policy that names the caller is enough, one that names the account leaves it to the identity
 * policy; from another account both must allow.
 */
public final class Authorizer {
    private Authorizer() {}

    /**
     * The decision.
     *
     * @param resourcePolicy null for an action that has no resource
     */
    public static Decision decide(AccessRequest request, Policy identityPolicy, @Nullable Policy resourcePolicy) {
        Policy.Verdict identity = identityPolicy.verdict(request);
        boolean identityAllows = identity == Policy.Verdict.ALLOWS_CALLER;
        if (resourcePolicy == null) {
            return decideByIdentity(identity);
        }
        return switch (resourcePolicy.verdict(request)) {
            case DENIES -> Decision.DENIED_BY_RESOURCE_POLICY;
            case SILENT ->
                identity == Policy.Verdict.DENIES
                        ? Decision.DENIED_BY_IDENTITY_POLICY
                        : Decision.NO_RESOURCE_POLICY_ALLOWS;
            case ALLOWS_ACCOUNT -> decideByIdentity(identity);
            case ALLOWS_CALLER ->
                identity == Policy.Verdict.DENIES || (request.isCrossAccount() && !identityAllows)
                        ? decideByIdentity(identity)
                        : Decision.ALLOWED;
        };
    }

    private static Decision decideByIdentity(Policy.Verdict identity) {
        return switch (identity) {
            case DENIES -> Decision.DENIED_BY_IDENTITY_POLICY;
            case SILENT, ALLOWS_ACCOUNT -> Decision.NO_IDENTITY_POLICY_ALLOWS;
            case ALLOWS_CALLER -> Decision.ALLOWED;
        };
    }
}
