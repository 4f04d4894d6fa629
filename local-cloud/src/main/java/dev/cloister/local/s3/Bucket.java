package dev.cloister.local.s3;

import dev.cloister.local.policy.MalformedPolicyException;
import dev.cloister.local.policy.Policy;
import dev.cloister.local.policy.PolicyParser;
import java.time.Instant;
import java.util.Optional;

/**
 * A bucket.
 *
 * @param account the owner's
 * @param policyText its policy as it was put
 * @param encryptionKey the KMS key that objects are encrypted under unless their upload names another; empty for S3's own
 * @param isVersioned what was asked for; versions are not kept here
 */
public record Bucket(
        String name,
        String account,
        String region,
        Instant created,
        Optional<String> policyText,
        Optional<String> encryptionKey,
        boolean isVersioned) {

    /** A bucket as CreateBucket makes it. */
    public static Bucket plain(String name, String account, String region, Instant created) {
        return new Bucket(name, account, region, created, Optional.empty(), Optional.empty(), false);
    }

    public String arn() {
        return "arn:aws:s3:::" + name;
    }

    public Bucket withPolicy(Optional<String> text) {
        return new Bucket(name, account, region, created, text, encryptionKey, isVersioned);
    }

    public Bucket withEncryptionKey(Optional<String> key) {
        return new Bucket(name, account, region, created, policyText, key, isVersioned);
    }

    public Bucket withVersioning(boolean versioned) {
        return new Bucket(name, account, region, created, policyText, encryptionKey, versioned);
    }

    /** Its policy; one that says nothing where it has none. */
    public Policy policy() {
        try {
            return policyText.isPresent() ? PolicyParser.parseBucketPolicy(policyText.get()) : Policy.none();
        } catch (MalformedPolicyException e) {
            throw new IllegalStateException("the policy of bucket " + name + " cannot be read", e);
        }
    }
}
