package dev.cloister.image.audit;

/**
 * A policy that IAM attaches to a principal of the key's account.
 *
 * @param principal ARN of a role or user
 * @param name of the policy
 * @param json its document
 */
public record IamPolicy(String principal, String name, String json) {}
