package dev.cloister.local.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Reads the Condition block of a statement. */
final class ConditionParser {
    private static final String IF_EXISTS = "IfExists";
    private static final String FOR_ALL = "ForAllValues:";
    private static final String FOR_ANY = "ForAnyValue:";
    private static final Set<String> BOOLEANS = Set.of("true", "false");

    private ConditionParser() {}

    static List<Condition> parse(JsonNode block) throws MalformedPolicyException {
        if (!block.isObject()) {
            throw new MalformedPolicyException("Condition is not an object");
        }
        List<Condition> conditions = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : block.properties()) {
            if (!entry.getValue().isObject()) {
                throw new MalformedPolicyException(entry.getKey() + " is not an object of condition keys");
            }
            for (Map.Entry<String, JsonNode> key : entry.getValue().properties()) {
                conditions.add(condition(entry.getKey(), key.getKey(), key.getValue()));
            }
        }
        return List.copyOf(conditions);
    }

    private static Condition condition(String operatorText, String key, JsonNode values)
            throws MalformedPolicyException {
        String name = operatorText;
        Condition.Quantifier quantifier = Condition.Quantifier.NONE;
        if (name.startsWith(FOR_ALL)) {
            quantifier = Condition.Quantifier.FOR_ALL_VALUES;
            name = name.substring(FOR_ALL.length());
        } else if (name.startsWith(FOR_ANY)) {
            quantifier = Condition.Quantifier.FOR_ANY_VALUE;
            name = name.substring(FOR_ANY.length());
        }
        boolean ifExists = name.endsWith(IF_EXISTS);
        if (ifExists) {
            name = name.substring(0, name.length() - IF_EXISTS.length());
        }
        ConditionOperator operator = ConditionOperator.named(name)
                .orElseThrow(() -> PolicyParser.unknown("condition operator", operatorText));
        if (operator == ConditionOperator.NULL && (ifExists || quantifier != Condition.Quantifier.NONE)) {
            throw PolicyParser.unknown("condition operator", operatorText);
        }
        if (!ConditionKeys.isKnown(key)) {
            throw PolicyParser.unknown("condition key", key);
        }
        return new Condition(quantifier, operator, ifExists, key, values(operator, key, values));
    }

    private static List<String> values(ConditionOperator operator, String key, JsonNode node)
            throws MalformedPolicyException {
        if (!operator.takesBooleans()) {
            return PolicyParser.texts(node, key);
        }
        List<String> values = new ArrayList<>();
        for (JsonNode item : node.isArray() ? node : List.of(node)) {
            String value = item.isBoolean() || item.isString() ? item.asString() : "";
            if (!BOOLEANS.contains(value.toLowerCase(Locale.ROOT))) {
                throw new MalformedPolicyException(key + " is compared with something other than true and false");
            }
            values.add(value.toLowerCase(Locale.ROOT));
        }
        if (values.isEmpty()) {
            throw new MalformedPolicyException(key + " is empty");
        }
        return List.copyOf(values);
    }
}
