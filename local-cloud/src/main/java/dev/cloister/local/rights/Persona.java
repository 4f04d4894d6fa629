package dev.cloister.local.rights;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.policy.Caller;
import dev.cloister.local.policy.Identity;
import dev.cloister.local.policy.MalformedPolicyException;
import dev.cloister.local.policy.Policy;
import dev.cloister.local.policy.PolicyParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Someone who asks.
 *
 * @param policies the documents of what an administrator has given them
 */
public record Persona(Caller caller, List<String> policies) {
    private static final String EVERYTHING =
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}";
    private static final String SESSION = "session";

    public Persona {
        policies = List.copyOf(policies);
    }

    /** The root user of an account. */
    static Persona root(String account) {
        return new Persona(Caller.root(account), List.of(EVERYTHING));
    }

    /** A role that administers its account. */
    static Persona administrator(String account, String role) {
        return new Persona(new Caller(account, role, SESSION), List.of(EVERYTHING));
    }

    /** A role that has been given nothing. */
    static Persona employee(String account, String role) {
        return new Persona(new Caller(account, role, SESSION), List.of());
    }

    /** A role of a template. */
    static Persona ofRole(String account, String name, ObjectNode properties) {
        List<String> policies = new ArrayList<>();
        for (JsonNode policy : properties.path("Policies")) {
            policies.add(JsonText.write(policy.path("PolicyDocument")));
        }
        return new Persona(new Caller(account, name, SESSION), policies);
    }

    Identity identity() throws MalformedPolicyException {
        List<Policy> parsed = new ArrayList<>();
        for (String policy : policies) {
            parsed.add(PolicyParser.parseIdentityPolicy(policy));
        }
        return new Identity(parsed, Optional.empty());
    }
}
