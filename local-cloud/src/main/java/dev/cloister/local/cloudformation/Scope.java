package dev.cloister.local.cloudformation;

import dev.cloister.local.json.JsonText;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What names stand for while a template is resolved: parameters, pseudo parameters, and the resources made so far. */
public final class Scope {
    private final Template template;
    private final Map<String, JsonNode> references = new HashMap<>();
    private final Map<String, Map<String, String>> attributes = new HashMap<>();

    /**
     * Begins with parameters and pseudo parameters.
     *
     * @param stackId the stack's ARN
     */
    Scope(
            Template template,
            Map<String, String> parameters,
            String account,
            String region,
            String name,
            String stackId) {
        this.template = template;
        references.putAll(ParameterValues.references(template, parameters));
        Map.of(
                        "AWS::AccountId", account,
                        "AWS::Region", region,
                        "AWS::Partition", "aws",
                        "AWS::URLSuffix", "amazonaws.com",
                        "AWS::StackName", name,
                        "AWS::StackId", stackId)
                .forEach((pseudo, value) -> references.put(pseudo, JsonText.text(value)));
    }

    /** The values of a template deployed with some parameters, for whoever only wants to know what it would make. */
    public static Scope of(Template template, Map<String, String> given, String account, String region, String name)
            throws StackException {
        String id = "arn:aws:cloudformation:" + region + ":" + account + ":stack/" + name
                + "/00000000-0000-0000-0000-000000000000";
        return new Scope(template, ParameterValues.check(template, given), account, region, name, id);
    }

    /** Adds a resource. */
    public void add(String logicalId, String reference, Map<String, String> itsAttributes) {
        references.put(logicalId, JsonText.text(reference));
        attributes.put(logicalId, itsAttributes);
    }

    /** A value with its intrinsic functions worked out. */
    public JsonNode resolve(JsonNode value) throws StackException {
        return new Intrinsics(this).resolve(value);
    }

    /** Whether a resource or output of this condition exists. */
    public boolean holds(Optional<String> condition) throws StackException {
        return condition.isEmpty() || new Intrinsics(this).condition(condition.get(), 0);
    }

    Template template() {
        return template;
    }

    JsonNode reference(String name) throws StackException {
        JsonNode value = references.get(name);
        if (value == null) {
            throw StackException.template("Unresolved resource dependencies [" + name + "] in the template");
        }
        return value;
    }

    JsonNode attribute(String resource, String name) throws StackException {
        String value = attributes.getOrDefault(resource, Map.of()).get(name);
        if (value == null) {
            throw StackException.template(
                    "resource " + resource + " does not support attribute type " + name + " in Fn::GetAtt");
        }
        return JsonText.text(value);
    }
}
