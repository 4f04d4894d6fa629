package dev.cloister.local.json;

import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** JSON objects in and out: duplicate members, trailing text and deep nesting are refused. */
public final class JsonText {
    private static final int MAX_DEPTH = 16;
    private static final JsonMapper MAPPER = mapper(MAX_DEPTH);

    private JsonText() {}

    private static JsonMapper mapper(int maxDepth) {
        return JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(maxDepth)
                                .build())
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /** A new, empty object. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** A new, empty list. */
    public static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    /** A text as a value. */
    public static JsonNode text(String text) {
        return MAPPER.getNodeFactory().stringNode(text);
    }

    /** Parses exactly one object. */
    public static ObjectNode parseObject(byte[] utf8) throws MalformedJsonException {
        return parseObject(utf8, MAPPER);
    }

    /** Parses exactly one object whose values may lie deeper in each other than is usual. */
    public static ObjectNode parseObject(byte[] utf8, int maxDepth) throws MalformedJsonException {
        return parseObject(utf8, mapper(maxDepth));
    }

    private static ObjectNode parseObject(byte[] utf8, JsonMapper mapper) throws MalformedJsonException {
        JsonNode node;
        try {
            node = mapper.readTree(new String(utf8, StandardCharsets.UTF_8));
        } catch (JacksonException e) {
            throw new MalformedJsonException("at line " + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr());
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new MalformedJsonException("it is not an object");
    }

    /** One line of JSON. */
    public static String write(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }
}
