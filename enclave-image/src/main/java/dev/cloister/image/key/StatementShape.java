package dev.cloister.image.key;

import dev.cloister.image.eif.Pcr;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes the two statements of {@link KeyPolicy}; refuses any that says something else than they do. */
final class StatementShape {
    private static final String DECRYPT = "kms:Decrypt";
    private static final List<String> DENIED = List.of(DECRYPT, "kms:ReEncryptFrom");
    private static final Set<String> MEMBERS = Set.of("Sid", "Effect", "Principal", "Action", "Resource", "Condition");

    private StatementShape() {}

    /** The images that an Allow names. */
    static SequencedSet<Pcr> allowedImages(ObjectNode allow) throws KeyPolicyException {
        checkCommon(allow, "Allow");
        demand(strings(allow.path("Action")).equals(Set.of(DECRYPT)), allow, "allows more than " + DECRYPT);
        JsonNode condition =
                allow.path("Condition").path(KeyPolicy.ALLOW_OPERATOR).path(KeyPolicy.IMAGE_KEY);
        demand(!condition.isMissingNode(), allow, "is not limited to images");
        return images(allow, condition);
    }

    /** The principals that an Allow is for. */
    static SequencedSet<String> hosts(ObjectNode allow) throws KeyPolicyException {
        JsonNode principal = allow.path("Principal");
        demand(principal.size() == 1 && principal.has("AWS"), allow, "is not for AWS principals alone");
        SequencedSet<String> hosts = strings(principal.path("AWS"));
        demand(!hosts.contains("*"), allow, "is for everyone");
        return hosts;
    }

    /** The images that a Deny does not hold for; none for a Deny without condition. */
    static SequencedSet<Pcr> sparedImages(ObjectNode deny) throws KeyPolicyException {
        checkCommon(deny, "Deny");
        Set<String> actions = strings(deny.path("Action"));
        demand(
                actions.contains(DECRYPT) && DENIED.containsAll(actions),
                deny,
                "denies other actions than " + String.join(", ", DENIED));
        JsonNode principal = deny.path("Principal");
        JsonNode everyone = principal.isString() ? principal : principal.path("AWS");
        demand(strings(everyone).equals(Set.of("*")), deny, "is not for everyone");
        if (!deny.has("Condition")) {
            return new LinkedHashSet<>();
        }
        JsonNode operator = deny.path("Condition").path(KeyPolicy.DENY_OPERATOR);
        JsonNode condition = operator.path(KeyPolicy.IMAGE_KEY);
        boolean isAlone = deny.path("Condition").size() == 1 && operator.size() == 1;
        demand(isAlone && !condition.isMissingNode(), deny, "has other conditions than the image");
        return images(deny, condition);
    }

    /** Whether a Deny is exactly what {@link #writeDeny} would make of it. */
    static boolean deniesAllBut(ObjectNode deny, Set<Pcr> images) throws KeyPolicyException {
        return sparedImages(deny).equals(images)
                && deny.has("Condition") != images.isEmpty()
                && strings(deny.path("Action")).equals(Set.copyOf(DENIED));
    }

    private static void checkCommon(ObjectNode statement, String effect) throws KeyPolicyException {
        demand(statement.path("Effect").asString("").equals(effect), statement, "is no " + effect);
        demand(strings(statement.path("Resource")).equals(Set.of("*")), statement, "is not for the resource '*'");
        for (String member : statement.propertyNames()) {
            demand(MEMBERS.contains(member), statement, "has the member " + member);
        }
    }

    private static SequencedSet<Pcr> images(ObjectNode statement, JsonNode values) throws KeyPolicyException {
        SequencedSet<Pcr> images = new LinkedHashSet<>();
        for (String value : strings(values)) {
            try {
                images.add(Pcr.parse(value));
            } catch (IllegalArgumentException e) {
                demand(false, statement, "names an image that is no PCR0");
            }
        }
        return images;
    }

    /** Puts images and hosts in; other conditions, which can only narrow it, stay. */
    static void writeAllow(ObjectNode allow, Collection<Pcr> images, Collection<String> hosts) {
        allow.put("Effect", "Allow");
        putStrings(allow.withObject("Principal"), "AWS", hosts);
        allow.put("Action", DECRYPT);
        allow.put("Resource", "*");
        ObjectNode condition = allow.withObject("Condition").withObject(KeyPolicy.ALLOW_OPERATOR);
        putStrings(condition, KeyPolicy.IMAGE_KEY, sorted(images));
    }

    /** Puts images in; without any, everyone is denied whatever they attest. */
    static void writeDeny(ObjectNode deny, Collection<Pcr> images) {
        deny.put("Effect", "Deny");
        deny.putObject("Principal").put("AWS", "*");
        putStrings(deny, "Action", DENIED);
        deny.put("Resource", "*");
        deny.remove("Condition");
        if (!images.isEmpty()) {
            ObjectNode operator = deny.putObject("Condition").putObject(KeyPolicy.DENY_OPERATOR);
            putStrings(operator, KeyPolicy.IMAGE_KEY, sorted(images));
        }
    }

    /** In one order, so that the same images make the same policy. */
    private static Collection<String> sorted(Collection<Pcr> images) {
        return new TreeSet<>(images.stream().map(Pcr::hex).toList());
    }

    /** One string, or an array of them. */
    private static void putStrings(ObjectNode object, String member, Collection<String> values) {
        if (values.size() == 1) {
            object.put(member, values.iterator().next());
            return;
        }
        ArrayNode array = object.putArray(member);
        values.forEach(array::add);
    }

    /** What one string or an array of them holds. */
    private static SequencedSet<String> strings(JsonNode value) {
        SequencedSet<String> strings = new LinkedHashSet<>();
        if (value.isString()) {
            strings.add(value.asString());
        }
        for (JsonNode item : value) {
            strings.add(item.asString(""));
        }
        return strings;
    }

    private static void demand(boolean holds, ObjectNode statement, String fault) throws KeyPolicyException {
        if (!holds) {
            throw KeyPolicy.unusable("the statement " + statement.path("Sid").asString() + " " + fault);
        }
    }
}
