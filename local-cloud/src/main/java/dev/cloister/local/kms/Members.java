package dev.cloister.local.kms;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The members of a request, read with their types and bounds. A null member is an absent one. */
final class Members {
    private final ObjectNode json;

    /**
     * Takes a request.
     *
     * @param supported the members the operation knows; any other one is refused, as leaving it out could mean to do
     *     more than was asked
     */
    Members(ObjectNode json, Set<String> supported) throws KmsException {
        this.json = json;
        Set<String> unknown = new HashSet<>(json.propertyNames());
        unknown.removeAll(supported);
        if (!unknown.isEmpty()) {
            throw KmsException.validation("the local cloud does not support the member "
                    + unknown.stream().sorted().toList().getFirst());
        }
    }

    boolean has(String name) {
        return json.hasNonNull(name);
    }

    Optional<String> text(String name) throws KmsException {
        if (!has(name)) {
            return Optional.empty();
        }
        JsonNode node = json.path(name);
        if (!node.isString()) {
            throw wrongType(name);
        }
        return Optional.of(node.asString());
    }

    String requiredText(String name) throws KmsException {
        return text(name).orElseThrow(() -> missing(name));
    }

    /** A text that must be one of some, the first of which stands for an absent member. */
    String choice(String name, List<String> choices) throws KmsException {
        String value = text(name).orElse(choices.getFirst());
        if (!choices.contains(value)) {
            throw KmsException.validation("1 validation error detected: Value '" + value + "' at '" + name
                    + "' failed to satisfy constraint: Member must satisfy enum value set: " + choices);
        }
        return value;
    }

    Optional<Integer> number(String name, int min, int max) throws KmsException {
        if (!has(name)) {
            return Optional.empty();
        }
        JsonNode node = json.path(name);
        if (!node.isInt()) {
            throw wrongType(name);
        }
        int value = node.intValue();
        if (value < min || value > max) {
            throw KmsException.validation("1 validation error detected: Value '" + value + "' at '" + name
                    + "' failed to satisfy constraint: Member must be between " + min + " and " + max);
        }
        return Optional.of(value);
    }

    boolean flag(String name) throws KmsException {
        if (has(name) && !json.path(name).isBoolean()) {
            throw wrongType(name);
        }
        return json.path(name).asBoolean(false);
    }

    /** Base64 of at least one byte. */
    byte[] requiredBlob(String name, int maxBytes) throws KmsException {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(requiredText(name));
        } catch (IllegalArgumentException e) {
            throw wrongType(name);
        }
        if (bytes.length == 0 || bytes.length > maxBytes) {
            throw KmsException.validation("1 validation error detected: Value at '" + name
                    + "' failed to satisfy constraint: Member must have length between 1 and " + maxBytes);
        }
        return bytes;
    }

    EncryptionContext encryptionContext() throws KmsException {
        Map<String, String> pairs = new HashMap<>();
        if (has("EncryptionContext")) {
            JsonNode node = json.path("EncryptionContext");
            if (!node.isObject()) {
                throw wrongType("EncryptionContext");
            }
            for (Map.Entry<String, JsonNode> pair : node.properties()) {
                if (!pair.getValue().isString()) {
                    throw wrongType("EncryptionContext");
                }
                pairs.put(pair.getKey(), pair.getValue().asString());
            }
        }
        return new EncryptionContext(pairs);
    }

    /** A list of texts; empty where the member is absent. */
    List<String> texts(String name) throws KmsException {
        List<String> texts = new ArrayList<>();
        if (has(name) && !json.path(name).isArray()) {
            throw wrongType(name);
        }
        for (JsonNode item : json.path(name)) {
            if (!item.isString()) {
                throw wrongType(name);
            }
            texts.add(item.asString());
        }
        return texts;
    }

    /** Grants hold at once here, so their tokens are worth nothing, and none is taken for valid. */
    void refuseGrantTokens() throws KmsException {
        if (has("GrantTokens") && !json.path("GrantTokens").isEmpty()) {
            throw new KmsException(
                    KmsError.INVALID_GRANT_TOKEN,
                    "No grant token is valid: grants of the local cloud hold at once, without it");
        }
    }

    /** A member that is itself an object. */
    Optional<Members> object(String name, Set<String> supported) throws KmsException {
        if (!has(name)) {
            return Optional.empty();
        }
        if (json.path(name) instanceof ObjectNode object) {
            return Optional.of(new Members(object, supported));
        }
        throw wrongType(name);
    }

    /** One page of a list: {@code Limit} items after {@code Marker}, which is the number of items before it. */
    <T> Page<T> page(List<T> all) throws KmsException {
        int limit = number("Limit", 1, 1000).orElse(100);
        int start = 0;
        Optional<String> marker = text("Marker");
        if (marker.isPresent()) {
            if (!marker.get().matches("[0-9]{1,9}") || Integer.parseInt(marker.get()) > all.size()) {
                throw new KmsException(KmsError.INVALID_MARKER, "Could not deserialize marker");
            }
            start = Integer.parseInt(marker.get());
        }
        int end = Math.min(all.size(), start + limit);
        return new Page<>(
                new ArrayList<>(all.subList(start, end)), end < all.size() ? Optional.of(end) : Optional.empty());
    }

    /**
     * Part of a list.
     *
     * @param next the marker of the next part, where there is one
     */
    record Page<T>(List<T> items, Optional<Integer> next) {
        /** Adds what tells the caller whether there is more. */
        void describe(ObjectNode answer) {
            answer.put("Truncated", next.isPresent());
            next.ifPresent(marker -> answer.put("NextMarker", marker.toString()));
        }
    }

    private static KmsException missing(String name) {
        return KmsException.validation("1 validation error detected: Value null at '" + name
                + "' failed to satisfy constraint: Member must not be null");
    }

    private static KmsException wrongType(String name) {
        return new KmsException(KmsError.SERIALIZATION, "the member " + name + " is not of its type");
    }
}
