package dev.cloister.image.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * One statement of a policy. What is not understood of an Allow is taken as letting more through, and of a Deny as
 * stopping nothing.
 *
 * @param name number and Sid, for people
 * @param allows whether its effect is Allow
 * @param denies whether its effect is Deny; one that is neither counts as both an Allow and no Deny
 * @param principals whom it names
 * @param excludes whether it is for all but those
 * @param conditions all of which must hold
 * @param oddities what is not understood
 */
record Statement(
        String name,
        boolean allows,
        boolean denies,
        List<Who> principals,
        boolean excludes,
        Actions actions,
        Resources resources,
        List<Condition> conditions,
        List<String> oddities) {
    private static final Set<String> MEMBERS = Set.of(
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition");

    /**
     * The actions of a statement.
     *
     * @param excludes whether it is for all but those
     */
    record Actions(List<String> patterns, boolean excludes) {
        boolean include(String action) {
            return patterns.stream().anyMatch(pattern -> Wildcard.matchesIgnoringCase(pattern, action)) != excludes;
        }
    }

    /**
     * The resources of a statement.
     *
     * @param excludes whether it is for all but those
     */
    record Resources(List<String> patterns, boolean excludes) {
        Truth include(String keyArn) {
            Truth any = Truth.NEVER;
            for (String pattern : patterns) {
                any = any.or(pattern.contains("${") ? Truth.SOMETIMES : Truth.of(Wildcard.matches(pattern, keyArn)));
            }
            return excludes ? any.not() : any;
        }
    }

    static Statement of(JsonNode json, int number) {
        String sid = json.path("Sid").asString("");
        List<String> oddities = new ArrayList<>();
        for (String member : json.propertyNames()) {
            if (!MEMBERS.contains(member)) {
                oddities.add("the member '" + member + "'");
            }
        }
        String effect = json.path("Effect").asString("");
        boolean isKnown = effect.equals("Allow") || effect.equals("Deny");
        if (!isKnown) {
            oddities.add("the effect '" + effect + "'");
        }
        boolean excludes = json.has("NotPrincipal");
        List<Who> principals = principals(json.path(excludes ? "NotPrincipal" : "Principal"), oddities);
        boolean notAction = json.has("NotAction");
        boolean notResource = json.has("NotResource");
        return new Statement(
                "statement " + number + (sid.isEmpty() ? "" : " '" + sid + "'"),
                !effect.equals("Deny"),
                effect.equals("Deny"),
                principals,
                excludes,
                new Actions(strings(json.path(notAction ? "NotAction" : "Action")), notAction),
                new Resources(strings(json.path(notResource ? "NotResource" : "Resource")), notResource),
                conditions(json.path("Condition"), oddities),
                oddities);
    }

    /** Whom an Allow lets through, each on its own. */
    List<Who> admitted() {
        return excludes || principals.isEmpty() ? List.of(Who.EVERYONE) : principals;
    }

    /** Whether its conditions hold in a world. */
    Truth holds(World world) {
        Truth all = Truth.ALWAYS;
        for (Condition condition : conditions) {
            all = all.and(condition.in(world));
        }
        return all;
    }

    /** Whether this is a Deny that surely stops somebody's call. */
    boolean surelyDenies(Who who, String action, World world, String keyArn) {
        return denies
                && oddities.isEmpty()
                && !excludes
                && principals.stream().anyMatch(denied -> denied.surelyIncludes(who))
                && actions.include(action)
                && resources.include(keyArn) == Truth.ALWAYS
                && holds(world) == Truth.ALWAYS;
    }

    /** Whether this is an Allow that may let an action through, for anyone it admits. */
    boolean mayAllow(String action, World world, String keyArn) {
        return allows
                && actions.include(action)
                && resources.include(keyArn) != Truth.NEVER
                && holds(world) != Truth.NEVER;
    }

    /** The conditions that meet a test, for people. */
    List<String> conditions(Predicate<Condition> test) {
        return conditions.stream().filter(test).map(Condition::text).toList();
    }

    private static List<Who> principals(JsonNode json, List<String> oddities) {
        if (json.isString()) {
            return List.of(json.asString().equals("*") ? Who.EVERYONE : new Who("AWS", json.asString()));
        }
        List<Who> principals = new ArrayList<>();
        for (Map.Entry<String, JsonNode> type : json.properties()) {
            strings(type.getValue()).forEach(id -> principals.add(new Who(type.getKey(), id)));
        }
        if (principals.isEmpty()) {
            oddities.add("its principals");
        }
        return principals;
    }

    private static List<Condition> conditions(JsonNode json, List<String> oddities) {
        List<Condition> conditions = new ArrayList<>();
        boolean isMap = json.isObject() || json.isMissingNode();
        for (Map.Entry<String, JsonNode> operator : json.properties()) {
            isMap &= operator.getValue().isObject();
            for (Map.Entry<String, JsonNode> key : operator.getValue().properties()) {
                conditions.add(new Condition(operator.getKey(), key.getKey(), strings(key.getValue())));
            }
        }
        if (!isMap) {
            oddities.add("its conditions");
        }
        return conditions;
    }

    /** One value or an array of them. */
    private static List<String> strings(JsonNode json) {
        List<String> strings = new ArrayList<>();
        if (json.isValueNode() && !json.isNull()) {
            strings.add(json.asString());
        }
        for (JsonNode item : json.isArray() ? json : List.<JsonNode>of()) {
            strings.add(item.asString(""));
        }
        return strings;
    }
}
