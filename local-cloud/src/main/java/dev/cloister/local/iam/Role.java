package dev.cloister.local.iam;

import dev.cloister.local.policy.Identity;
import dev.cloister.local.policy.MalformedPolicyException;
import dev.cloister.local.policy.Policy;
import dev.cloister.local.policy.PolicyParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A role that somebody made.
 *
 * @param name with its path in front where it has one
 * @param trustPolicy the document that says who may assume it
 * @param policies the documents of what it may do, by name
 * @param boundary the document of its permissions boundary
 */
public record Role(
        String account, String name, String trustPolicy, Map<String, String> policies, Optional<String> boundary) {
    public Role {
        policies = Map.copyOf(policies);
    }

    /** The ARN that policies name. */
    public String arn() {
        return "arn:aws:iam::" + account + ":role/" + name;
    }

    /** With one more policy, or one less where the document is empty. */
    public Role withPolicy(String policyName, Optional<String> document) {
        Map<String, String> changed = new TreeMap<>(policies);
        document.ifPresentOrElse(text -> changed.put(policyName, text), () -> changed.remove(policyName));
        return new Role(account, name, trustPolicy, changed, boundary);
    }

    /** What it may do. */
    Identity identity() throws MalformedPolicyException {
        List<Policy> parsed = new ArrayList<>();
        for (String document : policies.values()) {
            parsed.add(PolicyParser.parseIdentityPolicy(document));
        }
        Optional<Policy> bound = Optional.empty();
        if (boundary.isPresent()) {
            bound = Optional.of(PolicyParser.parseIdentityPolicy(boundary.get()));
        }
        return new Identity(parsed, bound);
    }

    /** Who may assume it. */
    Policy trust() throws MalformedPolicyException {
        return PolicyParser.parseTrustPolicy(trustPolicy);
    }
}
