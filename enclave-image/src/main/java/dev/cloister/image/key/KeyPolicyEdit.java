package dev.cloister.image.key;

import dev.cloister.cli.CommandException;
import java.util.List;

/**
 * A policy after an edit.
 *
 * @param policy as it is now
 * @param difference to what it was, as unified lines; empty when nothing had to change
 */
public record KeyPolicyEdit(KeyPolicy policy, List<String> difference) {
    /** What to do to a policy. */
    public interface Change {
        /**
         * The changed policy, or the same when it is right already.
         *
         * @param key the key it is the policy of
         * @throws KeyPolicyException when the change would not be safe
         */
        KeyPolicy apply(KeyPolicy policy, KeyFacts key) throws KeyPolicyException;
    }

    /** Reads a key's policy, changes it, and writes it back only when that makes a difference. */
    public static KeyPolicyEdit apply(KeyPolicies policies, String keyId, Change change)
            throws CommandException, KeyPolicyException {
        KeyFacts key = policies.describe(keyId);
        KeyPolicy before = KeyPolicy.parse(policies.get(keyId));
        KeyPolicy after = change.apply(before, key);
        List<String> difference = UnifiedDiff.of(before.toJson(), after.toJson());
        if (!difference.isEmpty()) {
            policies.put(keyId, after.toJson());
        }
        return new KeyPolicyEdit(after, difference);
    }
}
