package dev.cloister.local.policy;

import java.util.List;
import java.util.Optional;

/**
 * What an account's administrator has given a caller.
 *
 * @param policies the identity policies, which add up
 * @param boundary the permissions boundary, which bounds what they allow
 */
public record Identity(List<Policy> policies, Optional<Policy> boundary) {
    public Identity {
        policies = List.copyOf(policies);
    }

    /** One policy and no boundary. */
    public static Identity of(Policy policy) {
        return new Identity(List.of(policy), Optional.empty());
    }

    /** The root user, whom no identity policy can bound. */
    public static Identity root() {
        return of(Policy.everything());
    }

    boolean denies(AccessRequest request) {
        return policies.stream().anyMatch(policy -> policy.verdict(request) == Policy.Verdict.DENIES);
    }

    boolean allows(AccessRequest request) {
        return policies.stream()
                .map(policy -> policy.verdict(request))
                .anyMatch(verdict -> verdict == Policy.Verdict.ALLOWS_SESSION);
    }

    boolean boundaryDenies(AccessRequest request) {
        return boundary.filter(policy -> policy.verdict(request) == Policy.Verdict.DENIES)
                .isPresent();
    }

    boolean boundaryAllows(AccessRequest request) {
        return boundary.map(policy -> policy.verdict(request) == Policy.Verdict.ALLOWS_SESSION)
                .orElse(true);
    }
}
