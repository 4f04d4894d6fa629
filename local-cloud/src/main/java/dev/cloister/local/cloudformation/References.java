package dev.cloister.local.cloudformation;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Finds the names that a value refers to, before any of them has a value. */
final class References {
    /** {@code ${NAME}} or {@code ${NAME.ATTRIBUTE}} in the text of Fn::Sub; {@code ${!LITERAL}} stands for itself. */
    static final Pattern IN_TEXT = Pattern.compile("\\$\\{([^!{}][^{}]*)}");

    private References() {}

    static Set<String> of(JsonNode value) throws StackException {
        Set<String> names = new TreeSet<>();
        collect(value, names);
        return names;
    }

    private static void collect(JsonNode value, Set<String> names) throws StackException {
        if (value.isObject() && value.size() == 1) {
            if (value.has("Ref")) {
                names.add(value.path("Ref").asString(""));
                return;
            }
            if (value.has("Fn::GetAtt")) {
                names.add(resourceOf(value.path("Fn::GetAtt")));
                return;
            }
            if (value.has("Fn::Sub")) {
                collectText(value.path("Fn::Sub"), names);
            }
        }
        for (JsonNode child : value) {
            collect(child, names);
        }
    }

    private static void collectText(JsonNode sub, Set<String> names) {
        JsonNode own = sub.path(1);
        Matcher matcher = IN_TEXT.matcher(sub.isArray() ? sub.path(0).asString("") : sub.asString(""));
        while (matcher.find()) {
            String name = matcher.group(1).strip();
            if (!own.has(name)) {
                names.add(name.contains(".") ? name.substring(0, name.indexOf('.')) : name);
            }
        }
    }

    /** The resource that a Fn::GetAtt is about: {@code [NAME, ATTRIBUTE]} or {@code "NAME.ATTRIBUTE"}. */
    static String resourceOf(JsonNode getAtt) throws StackException {
        if (getAtt.isString() && getAtt.asString().indexOf('.') > 0) {
            return getAtt.asString().substring(0, getAtt.asString().indexOf('.'));
        }
        if (getAtt.isArray() && getAtt.size() == 2 && getAtt.path(0).isString()) {
            return getAtt.path(0).asString();
        }
        throw StackException.template("Fn::GetAtt object requires two non-empty parameters, the resource name and the "
                + "resource attribute");
    }
}
