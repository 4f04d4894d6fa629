package dev.cloister.local.policy;

/**
 * One request for access.
 *
 * @param caller who asks
 * @param action such as {@code kms:Decrypt}
 * @param resource the ARN asked for, or {@code *} for an action that has no resource
 * @param resourceAccount the account that owns the resource; the caller's own where there is no resource
 * @param attributes what the condition keys say
 */
public record AccessRequest(
        Caller caller, String action, String resource, String resourceAccount, Attributes attributes) {

    boolean isCrossAccount() {
        return !caller.account().equals(resourceAccount);
    }
}
