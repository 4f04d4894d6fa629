package dev.cloister.image.audit;

import dev.cloister.cli.CommandException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * The audit of a key as KMS holds it.
 *
 * @param images that the policy names
 * @param findings the weightiest first
 */
public record KeyAudit(String keyArn, List<String> images, List<Finding> findings) {
    /** What an audit reads. */
    public interface Source {
        /** ARN, state and kind of a key. */
        Key key(String keyId) throws CommandException;

        /** Its policy. */
        String policy(String keyArn) throws CommandException;

        /** All grants on it. */
        List<Grant> grants(String keyArn) throws CommandException;

        /** What IAM attaches to the principals of the caller's account. */
        List<IamPolicy> iam() throws CommandException;
    }

    /**
     * A key.
     *
     * @param isImported whether its material came from outside KMS
     * @param replicas ARNs of its copies in other Regions
     */
    public record Key(String arn, boolean isImported, List<String> replicas) {}

    /**
     * Audits a key.
     *
     * @param expected the images that may decrypt; empty to take those that the policy names
     * @throws CommandException when key or policy cannot be read; grants that cannot be read make it
     *     fail, and IAM policies a note
     */
    public static KeyAudit of(Source source, String keyId, Collection<String> expected)
            throws CommandException, UnreadablePolicyException {
        Key key = source.key(keyId);
        String policy = source.policy(key.arn());
        SequencedSet<Finding> findings = new LinkedHashSet<>();
        List<Grant> grants = List.of();
        try {
            grants = source.grants(key.arn());
        } catch (CommandException e) {
            findings.add(new Finding(Finding.Weight.UNREAD, "grants", "cannot be read: " + e.getMessage()));
        }
        findings.addAll(PolicyAudit.of(key.arn(), policy, grants, expected));
        try {
            findings.addAll(PolicyAudit.ofIam(key.arn(), policy, source.iam(), expected));
        } catch (CommandException e) {
            // What the key policy leaves to IAM without a Deny is a finding whatever IAM says.
            findings.add(new Finding(
                    Finding.Weight.NOTE, "iam", "policies are not read, so nobody is named: " + e.getMessage()));
        }
        for (String replica : key.replicas()) {
            findings.add(new Finding(
                    Finding.Weight.UNREAD,
                    replica,
                    "opens the same ciphertext under a policy of its own; audit it as well"));
        }
        if (key.isImported()) {
            findings.add(new Finding(
                    Finding.Weight.NOTE, key.arn(), "whoever imported its material can decrypt without KMS"));
        }
        List<Finding> sorted = new ArrayList<>(findings);
        sorted.sort((one, other) -> one.weight().compareTo(other.weight()));
        return new KeyAudit(key.arn(), List.copyOf(PolicyAudit.namedImages(key.arn(), policy)), List.copyOf(sorted));
    }
}
