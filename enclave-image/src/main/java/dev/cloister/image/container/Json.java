package dev.cloister.image.container;

import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The JSON of container images: small, strict, and asked by name, since others add members of their own to it. */
final class Json {
    /** Of one document; registries take no manifest larger than this. */
    static final int MAX_SIZE = 4 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(100).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private Json() {}

    /** A whole document. */
    static JsonNode read(String what, FileRegion region) throws IOException, FormatException {
        if (region.size() > MAX_SIZE) {
            throw new FormatException("container image: " + what + " is longer than " + MAX_SIZE + " bytes");
        }
        try {
            return MAPPER.readTree(region.readAll(MAX_SIZE));
        } catch (JacksonException e) {
            throw new FormatException("container image: " + what + " is not JSON", e);
        }
    }

    /** A text, empty where the member is missing or null. */
    static String text(JsonNode object, String member) throws FormatException {
        JsonNode value = object.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (!value.isString()) {
            throw new FormatException("container image: '" + member + "' is not a text");
        }
        return value.asString();
    }

    /** The elements of an array, none where the member is missing or null. */
    static List<JsonNode> array(JsonNode object, String member) throws FormatException {
        JsonNode value = object.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw new FormatException("container image: '" + member + "' is not an array");
        }
        return new ArrayList<>(value.values());
    }

    /** An array of texts, none where the member is missing or null. */
    static List<String> texts(JsonNode object, String member) throws FormatException {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array(object, member)) {
            if (!element.isString()) {
                throw new FormatException("container image: '" + member + "' holds something that is not a text");
            }
            texts.add(element.asString());
        }
        return texts;
    }
}
