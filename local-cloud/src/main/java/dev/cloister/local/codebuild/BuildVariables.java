package dev.cloister.local.codebuild;

import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Environment variables as projects and calls name them. */
final class BuildVariables {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private BuildVariables() {}

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /**
     * Adds one.
     *
     * @param nameKey how the name's member is spelt, and so on
     * @throws IllegalArgumentException when it is malformed, or its value is kept elsewhere
     */
    static void add(Map<String, String> variables, JsonNode variable, String nameKey, String valueKey, String typeKey) {
        String name = variable.path(nameKey).asString("");
        if (!isName(name)) {
            throw new IllegalArgumentException("'" + name + "' is not the name of a variable");
        }
        String type = variable.path(typeKey).asString("PLAINTEXT");
        if (!type.equals("PLAINTEXT")) {
            throw new IllegalArgumentException("the local cloud has no " + type + ", which " + name + " is kept in");
        }
        if (!variable.path(valueKey).isString()) {
            throw new IllegalArgumentException("the variable " + name + " has no value");
        }
        variables.put(name, variable.path(valueKey).stringValue());
    }
}
