package dev.cloister.image.audit;

import java.util.Set;

/**
 * A permission that was given beside the policy.
 *
 * @param grantee an ARN or the name of a service
 * @param operations as KMS names them, such as {@code Decrypt}
 */
public record Grant(String id, String grantee, Set<String> operations) {
    Who who() {
        return new Who(grantee.startsWith("arn:") ? "AWS" : "Service", grantee);
    }
}
