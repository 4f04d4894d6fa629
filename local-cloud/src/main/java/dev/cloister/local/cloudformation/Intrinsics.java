package dev.cloister.local.cloudformation;

import dev.cloister.local.json.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** The intrinsic functions, by the CloudFormation template reference. */
final class Intrinsics {
    private static final int MAX_CONDITION_DEPTH = 32;

    private final Scope scope;

    Intrinsics(Scope scope) {
        this.scope = scope;
    }

    /** The value; a missing node where it is {@code AWS::NoValue}. */
    JsonNode resolve(JsonNode value) throws StackException {
        if (value.isArray()) {
            ArrayNode list = JsonText.array();
            for (JsonNode item : value) {
                JsonNode resolved = resolve(item);
                if (!resolved.isMissingNode()) {
                    list.add(resolved);
                }
            }
            return list;
        }
        if (!(value instanceof ObjectNode object)) {
            return value;
        }
        if (object.size() == 1) {
            String name = object.propertyNames().iterator().next();
            if (name.equals("Ref") || name.startsWith("Fn::")) {
                return call(name, object.path(name));
            }
        }
        ObjectNode resolved = JsonText.object();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            JsonNode one = resolve(member.getValue());
            if (!one.isMissingNode()) {
                resolved.set(member.getKey(), one);
            }
        }
        return resolved;
    }

    private JsonNode call(String function, JsonNode argument) throws StackException {
        return switch (function) {
            case "Ref" -> {
                String name = argument.asString("");
                yield name.equals("AWS::NoValue") ? MissingNode.getInstance() : scope.reference(name);
            }
            case "Fn::GetAtt" -> getAtt(argument);
            case "Fn::Join" -> join(argument);
            case "Fn::Sub" -> sub(argument);
            case "Fn::Select" -> select(argument);
            case "Fn::Split" -> split(argument);
            case "Fn::If" -> {
                requireArguments(function, argument, 3);
                yield resolve(argument.path(condition(argument.path(0).asString(""), 0) ? 1 : 2));
            }
            case "Fn::FindInMap" -> findInMap(argument);
            default -> throw StackException.template("Unsupported intrinsic function: " + function);
        };
    }

    private JsonNode getAtt(JsonNode argument) throws StackException {
        String resource = References.resourceOf(argument);
        String attribute = argument.isString()
                ? argument.asString().substring(resource.length() + 1)
                : text("Fn::GetAtt", resolve(argument.path(1)));
        return scope.attribute(resource, attribute);
    }

    private JsonNode join(JsonNode argument) throws StackException {
        requireArguments("Fn::Join", argument, 2);
        StringJoiner joined = new StringJoiner(argument.path(0).asString(""));
        JsonNode parts = resolve(argument.path(1));
        if (!parts.isArray()) {
            throw StackException.template("Fn::Join requires a list of values");
        }
        for (JsonNode part : parts) {
            joined.add(text("Fn::Join", part));
        }
        return JsonText.text(joined.toString());
    }

    private JsonNode sub(JsonNode argument) throws StackException {
        String text = argument.isArray() ? argument.path(0).asString("") : argument.asString("");
        JsonNode own = argument.path(1);
        Matcher matcher = References.IN_TEXT.matcher(text);
        StringBuilder result = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group(1).strip();
            JsonNode value;
            if (own.has(name)) {
                value = resolve(own.path(name));
            } else if (name.contains(".")) {
                value = scope.attribute(name.substring(0, name.indexOf('.')), name.substring(name.indexOf('.') + 1));
            } else {
                value = scope.reference(name);
            }
            matcher.appendReplacement(result, Matcher.quoteReplacement(text("Fn::Sub", value)));
        }
        return JsonText.text(matcher.appendTail(result).toString().replace("${!", "${"));
    }

    private JsonNode select(JsonNode argument) throws StackException {
        requireArguments("Fn::Select", argument, 2);
        String index = text("Fn::Select", resolve(argument.path(0)));
        JsonNode list = resolve(argument.path(1));
        if (!index.matches("[0-9]{1,4}") || !list.isArray() || Integer.parseInt(index) >= list.size()) {
            throw StackException.template("Fn::Select cannot select nonexistent value at index " + index);
        }
        return list.path(Integer.parseInt(index));
    }

    private JsonNode split(JsonNode argument) throws StackException {
        requireArguments("Fn::Split", argument, 2);
        String separator = argument.path(0).asString("");
        if (separator.isEmpty()) {
            throw StackException.template("Fn::Split requires a delimiter");
        }
        ArrayNode parts = JsonText.array();
        String source = text("Fn::Split", resolve(argument.path(1)));
        for (String part : source.split(Pattern.quote(separator), -1)) {
            parts.add(part);
        }
        return parts;
    }

    private JsonNode findInMap(JsonNode argument) throws StackException {
        requireArguments("Fn::FindInMap", argument, 3);
        JsonNode found = scope.template().section("Mappings");
        for (JsonNode key : argument) {
            found = found.path(text("Fn::FindInMap", resolve(key)));
        }
        if (found.isMissingNode()) {
            throw StackException.template("Unable to get mapping for " + JsonText.write(argument));
        }
        return found;
    }

    /** Whether a condition of the template holds. */
    boolean condition(String name, int depth) throws StackException {
        JsonNode definition = scope.template().section("Conditions").path(name);
        if (definition.isMissingNode()) {
            throw StackException.template("Unresolved condition dependency " + name + " in the template");
        }
        if (depth > MAX_CONDITION_DEPTH) {
            throw StackException.template("Circular dependencies for condition " + name);
        }
        return evaluate(definition, depth);
    }

    private boolean evaluate(JsonNode node, int depth) throws StackException {
        if (node.isObject() && node.size() == 1) {
            String function = node.propertyNames().iterator().next();
            JsonNode argument = node.path(function);
            switch (function) {
                case "Condition" -> {
                    return condition(argument.asString(""), depth + 1);
                }
                case "Fn::Equals" -> {
                    requireArguments(function, argument, 2);
                    return resolve(argument.path(0)).equals(resolve(argument.path(1)));
                }
                case "Fn::Not" -> {
                    requireArguments(function, argument, 1);
                    return !evaluate(argument.path(0), depth + 1);
                }
                case "Fn::And" -> {
                    return !operands(argument, depth).contains(false);
                }
                case "Fn::Or" -> {
                    return operands(argument, depth).contains(true);
                }
                default -> {}
            }
        }
        throw StackException.template("Every Conditions member must be a condition function");
    }

    private List<Boolean> operands(JsonNode argument, int depth) throws StackException {
        if (argument.size() < 2) {
            throw StackException.template("Fn::And and Fn::Or take at least two conditions");
        }
        List<Boolean> values = new ArrayList<>();
        for (JsonNode one : argument) {
            values.add(evaluate(one, depth + 1));
        }
        return values;
    }

    private static void requireArguments(String function, JsonNode argument, int count) throws StackException {
        if (!argument.isArray() || argument.size() != count) {
            throw StackException.template(function + " takes a list of " + count);
        }
    }

    private static String text(String function, JsonNode value) throws StackException {
        if (!value.isValueNode() || value.isNull()) {
            throw StackException.template(function + " takes texts");
        }
        return value.asString();
    }
}
