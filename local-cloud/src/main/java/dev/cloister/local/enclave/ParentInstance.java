package dev.cloister.local.enclave;

/**
 * The EC2 instance that a local enclave believes it has as a parent.
 *
 * @param instanceId measured into PCR4, such as {@code i-0123456789abcdef0}
 * @param roleArn of its IAM role, measured into PCR3
 */
public record ParentInstance(String instanceId, String roleArn) {}
