package dev.cloister.local.rights;

import dev.cloister.local.policy.MalformedPolicyException;
import dev.cloister.local.policy.Policy;
import dev.cloister.local.policy.PolicyParser;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for.
 *
 * @param policy the document of its own policy; null where such things have none
 */
public record Target(String arn, String account, @Nullable String policy) {
    /** Its policy as the evaluator takes it. What has no policy of its own is out of reach for other accounts. */
    Policy parsedPolicy() throws MalformedPolicyException {
        if (policy == null) {
            return Policy.none();
        }
        return arn.startsWith("arn:aws:kms:")
                ? PolicyParser.parseKeyPolicy(policy)
                : PolicyParser.parseBucketPolicy(policy);
    }
}
