package dev.cloister.image.audit;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.SequencedSet;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A key policy, read for judging it and not for editing it.
 *
 * @param keyArn the key it is the policy of
 */
record Policy(String keyArn, List<Statement> statements) {
    private static final Set<String> IMAGE_KEYS = Set.of(World.PREFIX + "imagesha384", World.PREFIX + "pcr0");

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(50).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    /**
     * Reads a policy.
     *
     * @throws UnreadablePolicyException when it is not JSON of statements, so that nothing can be said about it
     */
    static Policy parse(String keyArn, String json) throws UnreadablePolicyException {
        try {
            if (!(JSON.readTree(json) instanceof ObjectNode policy)) {
                throw new UnreadablePolicyException("it is not a JSON object");
            }
            List<Statement> statements = new ArrayList<>();
            JsonNode list = policy.path("Statement");
            if (list instanceof ObjectNode only) {
                statements.add(Statement.of(only, 1));
            } else if (!list.isArray()) {
                throw new UnreadablePolicyException("it has no statements");
            }
            for (JsonNode statement : list.isArray() ? list : List.<JsonNode>of()) {
                if (!statement.isObject()) {
                    throw new UnreadablePolicyException("a statement is not an object");
                }
                statements.add(Statement.of(statement, statements.size() + 1));
            }
            return new Policy(keyArn, List.copyOf(statements));
        } catch (JacksonException e) {
            throw new UnreadablePolicyException("it is not JSON, or names a member twice");
        }
    }

    /** Whether some Deny surely stops a call, whatever allows it. */
    boolean stops(Who who, String action, World world) {
        return statements.stream().anyMatch(statement -> statement.surelyDenies(who, action, world, keyArn));
    }

    /** The images that conditions name, all-zero ones left out. */
    SequencedSet<String> namedImages() {
        SequencedSet<String> images = new LinkedHashSet<>();
        for (Statement statement : statements) {
            for (Condition condition : statement.conditions()) {
                if (IMAGE_KEYS.contains(condition.key().toLowerCase(Locale.ROOT))) {
                    condition.values().stream()
                            .map(value -> value.toLowerCase(Locale.ROOT))
                            .filter(value -> value.matches("[0-9a-f]{96}") && !value.equals(World.ZERO))
                            .forEach(images::add);
                }
            }
        }
        return images;
    }
}
