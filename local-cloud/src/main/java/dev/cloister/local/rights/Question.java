package dev.cloister.local.rights;

import dev.cloister.local.policy.AccessRequest;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.Authorizer;
import dev.cloister.local.policy.ConditionKeys;
import dev.cloister.local.policy.Decision;
import dev.cloister.local.policy.MalformedPolicyException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A row of the table with everything that its words stand for.
 *
 * @param context what the request says under the condition keys
 */
public record Question(Right right, Persona persona, Target target, Map<String, String> context) {
    public Question {
        context = Map.copyOf(context);
    }

    static Question of(Right right, Scenario scenario) {
        Persona persona = scenario.persona(right.who());
        Target target = scenario.target(right.resource());
        Map<String, String> context = new TreeMap<>();
        context.put(ConditionKeys.SECURE_TRANSPORT, "true");
        context.put(ConditionKeys.RESOURCE_ACCOUNT, target.account());
        right.with().forEach((name, value) -> {
            switch (name) {
                case "tls" -> context.put(ConditionKeys.SECURE_TRANSPORT, value.equals("no") ? "false" : "true");
                case "image" -> context.put(ConditionKeys.IMAGE_SHA384, image(value));
                case "app" -> context.put(ConditionKeys.ENCRYPTION_CONTEXT_PREFIX + "cloister:application", value);
                case "via" -> context.put(ConditionKeys.VIA_SERVICE, value + "." + Scenario.REGION + ".amazonaws.com");
                case "acl" -> context.put(ConditionKeys.S3_ACL, value);
                case "sse" -> context.put(ConditionKeys.S3_ENCRYPTION, value);
                case "key" ->
                    context.put(
                            ConditionKeys.S3_ENCRYPTION_KEY,
                            scenario.target(value + "-key").arn());
                default -> throw new IllegalArgumentException("the table's '" + name + "' means nothing");
            }
        });
        return new Question(right, persona, target, context);
    }

    private static String image(String word) {
        return switch (word) {
            case "pinned" -> Scenario.PINNED_IMAGE;
            case "PINNED" -> Scenario.PINNED_IMAGE.toUpperCase(Locale.ROOT);
            case "other" -> "cd".repeat(48);
            case "debug" -> "00".repeat(48);
            default -> throw new IllegalArgumentException("the table knows no image '" + word + "'");
        };
    }

    /** What the local cloud's evaluator says. */
    public Decision decide() throws MalformedPolicyException {
        return Authorizer.decide(request(), persona.identity(), target.parsedPolicy());
    }

    AccessRequest request() {
        Attributes.Builder attributes = Attributes.builder();
        context.forEach(attributes::put);
        return new AccessRequest(persona.caller(), right.action(), target.arn(), target.account(), attributes.build());
    }
}
