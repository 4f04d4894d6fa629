package dev.cloister.image.manifest;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** A mapping of a manifest. Its keys are known ahead; one that is there has a value. */
final class Keys {
    private static final int MAX_BYTES = 256 << 10;
    private static final int MAX_TEXT = 4096;
    private static final int MAX_ENTRIES = 10_000;
    private static final LoadSettings STRICT = LoadSettings.builder()
            .setAllowDuplicateKeys(false)
            .setAllowRecursiveKeys(false)
            .setMaxAliasesForCollections(0)
            .setCodePointLimit(MAX_BYTES)
            .build();

    private final String path;
    private final Map<?, ?> values;

    private Keys(String path, Map<?, ?> values, Set<String> known) throws ManifestException {
        this.path = path;
        this.values = values;
        for (Map.Entry<?, ?> entry : values.entrySet()) {
            if (!(entry.getKey() instanceof String key) || !known.contains(key)) {
                throw new ManifestException("unknown key '" + path + printable(entry.getKey()) + "'");
            }
            if (isEmpty(entry.getValue())) {
                throw new ManifestException("'" + path + key + "' has no value; leave it out instead");
            }
        }
    }

    /** Nothing, or nothing in it: never taken for "no restriction". */
    private static boolean isEmpty(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case String text -> text.isEmpty();
            case List<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            default -> false;
        };
    }

    /** Reads a file whose top is a mapping with some of these keys. */
    static Keys parse(byte[] file, Set<String> known) throws ManifestException {
        if (file.length > MAX_BYTES) {
            throw new ManifestException("it is longer than " + MAX_BYTES + " bytes");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(file))
                    .toString();
            Object top = new Load(STRICT).loadFromString(text);
            if (!(top instanceof Map<?, ?> map)) {
                throw new ManifestException("it is not a mapping");
            }
            return new Keys("", map, known);
        } catch (CharacterCodingException e) {
            throw new ManifestException("it is not UTF-8");
        } catch (YamlEngineException e) {
            throw new ManifestException("it is not well-formed YAML: " + printable(e.getMessage()));
        } catch (StackOverflowError e) {
            throw new ManifestException("it is nested too deeply");
        }
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    Optional<String> text(String key) throws ManifestException {
        Object value = values.get(key);
        return value == null ? Optional.empty() : Optional.of(text(path + key, value));
    }

    /** A text that must be there. */
    String demandText(String key) throws ManifestException {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            throw new ManifestException("'" + path + key + "' is missing");
        }
        return text.get();
    }

    OptionalLong number(String key, long min, long max) throws ManifestException {
        Object value = values.get(key);
        if (value == null) {
            return OptionalLong.empty();
        }
        boolean isWhole = value instanceof Integer || value instanceof Long;
        if (!isWhole || ((Number) value).longValue() < min || ((Number) value).longValue() > max) {
            throw new ManifestException("'" + path + key + "' is not a whole number from " + min + " to " + max);
        }
        return OptionalLong.of(((Number) value).longValue());
    }

    /** A mapping with some of these keys. */
    Optional<Keys> keys(String key, Set<String> known) throws ManifestException {
        Object value = values.get(key);
        return value == null ? Optional.empty() : Optional.of(keys(path + key, value, known));
    }

    /** A list of mappings, each with some of these keys. */
    List<Keys> list(String key, Set<String> known) throws ManifestException {
        List<Keys> list = new ArrayList<>();
        for (Object element : elements(key)) {
            list.add(keys(path + key + "[" + list.size() + "]", element, known));
        }
        return list;
    }

    List<String> texts(String key) throws ManifestException {
        List<String> texts = new ArrayList<>();
        for (Object element : elements(key)) {
            texts.add(text(path + key + "[" + texts.size() + "]", element));
        }
        return texts;
    }

    /** A mapping of names to texts, in the file's order. */
    Map<String, String> map(String key) throws ManifestException {
        Object value = values.get(key);
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> map) || map.size() > MAX_ENTRIES) {
            throw new ManifestException("'" + path + key + "' is not a mapping");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String name = text("a key of " + path + key, entry.getKey());
            texts.put(
                    name,
                    entry.getValue() instanceof String text && text.isEmpty()
                            ? ""
                            : text(path + key + "." + printable(name), entry.getValue()));
        }
        return texts;
    }

    private static Keys keys(String path, @Nullable Object value, Set<String> known) throws ManifestException {
        if (!(value instanceof Map<?, ?> map)) {
            throw new ManifestException("'" + path + "' is not a mapping");
        }
        return new Keys(path + ".", map, known);
    }

    private List<?> elements(String key) throws ManifestException {
        Object value = values.get(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list) || list.size() > MAX_ENTRIES) {
            throw new ManifestException("'" + path + key + "' is not a list");
        }
        return list;
    }

    private static String text(String what, @Nullable Object value) throws ManifestException {
        if (!(value instanceof String text)) {
            throw new ManifestException("'" + what + "' is not a text; put it in quotes");
        }
        if (text.length() > MAX_TEXT || text.chars().anyMatch(Character::isISOControl)) {
            throw new ManifestException(
                    "'" + what + "' is longer than " + MAX_TEXT + " characters or has control characters in it");
        }
        return text;
    }

    private static String printable(@Nullable Object value) {
        String text = String.valueOf(value).replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ");
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
