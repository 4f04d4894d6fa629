package dev.cloister.local.cloudformation;

import dev.cloister.local.json.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** The values of a template's parameters: given or by default, each checked against what its parameter asks for. */
final class ParameterValues {
    private static final Set<String> MEMBERS = Set.of(
            "Type",
            "Default",
            "Description",
            "AllowedPattern",
            "AllowedValues",
            "ConstraintDescription",
            "MinLength",
            "MaxLength",
            "MinValue",
            "MaxValue",
            "NoEcho");

    private ParameterValues() {}

    /** The texts, by name. */
    static Map<String, String> check(Template template, Map<String, String> given) throws StackException {
        JsonNode declared = template.section("Parameters");
        List<String> unknown = given.keySet().stream()
                .filter(name -> !declared.has(name))
                .sorted()
                .toList();
        if (!unknown.isEmpty()) {
            throw StackException.validation("Parameters: " + unknown + " do not exist in the template");
        }
        Map<String, String> values = new TreeMap<>();
        List<String> missing = new ArrayList<>();
        for (Map.Entry<String, JsonNode> parameter : declared.properties()) {
            String value = given.get(parameter.getKey());
            if (value == null && parameter.getValue().has("Default")) {
                value = parameter.getValue().path("Default").asString();
            }
            if (value == null) {
                missing.add(parameter.getKey());
            } else {
                checkOne(parameter.getKey(), parameter.getValue(), value);
                values.put(parameter.getKey(), value);
            }
        }
        if (!missing.isEmpty()) {
            throw StackException.validation("Parameters: " + missing + " must have values");
        }
        return values;
    }

    private static void checkOne(String name, JsonNode rules, String value) throws StackException {
        for (String member : rules.propertyNames()) {
            if (!MEMBERS.contains(member)) {
                throw StackException.template("Unsupported property of parameter " + name + ": " + member);
            }
        }
        String type = rules.path("Type").asString("");
        switch (type) {
            case "String", "CommaDelimitedList" -> {}
            case "Number" -> {
                if (!value.matches("-?[0-9]+(\\.[0-9]+)?")) {
                    throw StackException.validation("Parameter '" + name + "' must be a number.");
                }
                require(
                        !rules.has("MinValue")
                                || number(value) >= rules.path("MinValue").asDouble(),
                        name,
                        rules,
                        "must be a number not less than "
                                + rules.path("MinValue").asString(""));
                require(
                        !rules.has("MaxValue")
                                || number(value) <= rules.path("MaxValue").asDouble(),
                        name,
                        rules,
                        "must be a number not greater than "
                                + rules.path("MaxValue").asString(""));
            }
            default -> throw StackException.template("Unsupported type of parameter " + name + ": " + type);
        }
        String pattern = rules.path("AllowedPattern").asString("");
        try {
            require(pattern.isEmpty() || Pattern.matches(pattern, value), name, rules, "must match pattern " + pattern);
        } catch (PatternSyntaxException e) {
            throw StackException.template("AllowedPattern of parameter " + name + " is not a regular expression");
        }
        if (rules.has("AllowedValues")) {
            boolean isListed = false;
            for (JsonNode one : rules.path("AllowedValues")) {
                isListed |= one.asString("").equals(value);
            }
            require(isListed, name, rules, "must be one of AllowedValues");
        }
        require(
                value.length() >= rules.path("MinLength").asInt(0),
                name,
                rules,
                "must contain at least " + rules.path("MinLength").asInt(0) + " characters");
        require(
                value.length() <= rules.path("MaxLength").asInt(Integer.MAX_VALUE),
                name,
                rules,
                "must contain at most " + rules.path("MaxLength").asInt(0) + " characters");
    }

    private static double number(String value) {
        return Double.parseDouble(value);
    }

    private static void require(boolean holds, String name, JsonNode rules, String otherwise) throws StackException {
        if (!holds) {
            String why = rules.has("ConstraintDescription")
                    ? rules.path("ConstraintDescription").asString()
                    : "Parameter " + name + " " + otherwise;
            throw StackException.validation("Parameter " + name + " failed to satisfy constraint: " + why);
        }
    }

    /** What Ref gives for each. */
    static Map<String, JsonNode> references(Template template, Map<String, String> values) {
        Map<String, JsonNode> references = new TreeMap<>();
        values.forEach((name, value) -> {
            String type = template.section("Parameters").path(name).path("Type").asString("");
            if (type.equals("CommaDelimitedList")) {
                ArrayNode list = JsonText.array();
                for (String part : value.split(",", -1)) {
                    list.add(part.strip());
                }
                references.put(name, list);
            } else {
                references.put(name, JsonText.text(value));
            }
        });
        return references;
    }
}
