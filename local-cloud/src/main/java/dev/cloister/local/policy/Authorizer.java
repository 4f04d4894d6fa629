package dev.cloister.local.policy;

import org.jspecify.annotations.Nullable;

/**
 * Takes the decision from a caller's identity policies, their boundary and the resource's own policy, by the rules of
 * the IAM user guide, "Policy evaluation logic" and "Cross-account policy evaluation logic": an explicit deny anywhere
 * wins; within one account a resource policy that names the caller is enough, one that names the account leaves it to
 * the identity policies; from another account both must allow. A boundary bounds what identity policies allow, and what
 * a resource policy allows a role; it does not bound what a resource policy allows one session by its own ARN.
 */
public final class Authorizer {
    private Authorizer() {}

    /**
     * The decision.
     *
     * @param resourcePolicy null for an action that has no resource
     */
    public static Decision decide(AccessRequest request, Identity identity, @Nullable Policy resourcePolicy) {
        Policy.Verdict resource = resourcePolicy == null ? Policy.Verdict.SILENT : resourcePolicy.verdict(request);
        if (resource == Policy.Verdict.DENIES) {
            return Decision.DENIED_BY_RESOURCE_POLICY;
        }
        if (identity.denies(request)) {
            return Decision.DENIED_BY_IDENTITY_POLICY;
        }
        if (identity.boundaryDenies(request)) {
            return Decision.DENIED_BY_BOUNDARY;
        }
        boolean namesCaller = resource.compareTo(Policy.Verdict.ALLOWS_ROLE) >= 0;
        if (resourcePolicy != null && resource == Policy.Verdict.SILENT) {
            boolean isForResourcePolicy = request.isCrossAccount() || resourcePolicy.isSoleAuthority();
            return isForResourcePolicy ? Decision.NO_RESOURCE_POLICY_ALLOWS : decideByIdentity(request, identity);
        }
        if (!namesCaller || request.isCrossAccount()) {
            return decideByIdentity(request, identity);
        }
        boolean isBounded = resource == Policy.Verdict.ALLOWS_ROLE && !identity.boundaryAllows(request);
        return isBounded ? Decision.NO_BOUNDARY_ALLOWS : Decision.ALLOWED;
    }

    private static Decision decideByIdentity(AccessRequest request, Identity identity) {
        if (!identity.allows(request)) {
            return Decision.NO_IDENTITY_POLICY_ALLOWS;
        }
        return identity.boundaryAllows(request) ? Decision.ALLOWED : Decision.NO_BOUNDARY_ALLOWS;
    }
}
