package dev.cloister.enclave.yaml;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A mapping of a YAML file, asked key by key. What has not been asked for when {@link #end} is called is an unknown
 * key. No tags, no aliases to collections, no duplicate keys, one document.
 */
public final class YamlMap {
    private static final int MAX_BYTES = 64 << 10;
    private static final LoadSettings STRICT = LoadSettings.builder()
            .setAllowDuplicateKeys(false)
            .setAllowRecursiveKeys(false)
            .setMaxAliasesForCollections(0)
            .setCodePointLimit(MAX_BYTES)
            .build();

    private final String path;
    private final Map<?, ?> values;
    private final Set<String> asked = new HashSet<>();

    private YamlMap(String path, Map<?, ?> values) {
        this.path = path;
        this.values = values;
    }

    /** Reads a file whose top is a mapping; an empty file is an empty mapping. */
    public static YamlMap parse(byte[] file) throws YamlException {
        if (file.length > MAX_BYTES) {
            throw new YamlException("it is longer than " + MAX_BYTES + " bytes");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(file))
                    .toString();
            Object top = new Load(STRICT).loadFromString(text);
            return new YamlMap("", top == null ? Map.of() : asMap("its top", top));
        } catch (CharacterCodingException e) {
            throw new YamlException("it is not UTF-8");
        } catch (YamlEngineException | StackOverflowError e) {
            // The library's message quotes the file, and nesting ends its recursion.
            throw new YamlException("it is not well-formed YAML");
        }
    }

    /** A text, or empty when the key is missing. */
    public Optional<String> string(String key, int maxLength) throws YamlException {
        Object value = ask(key);
        return value == null ? Optional.empty() : Optional.of(asText(path + key, value, maxLength));
    }

    /** A whole number, or empty when the key is missing. */
    public OptionalInt integer(String key, int min, int max) throws YamlException {
        Object value = ask(key);
        if (value == null) {
            return OptionalInt.empty();
        }
        if (!(value instanceof Integer number) || number < min || number > max) {
            throw new YamlException(path + key + " is not a whole number from " + min + " to " + max);
        }
        return OptionalInt.of(number);
    }

    /** A mapping, empty when the key is missing. */
    public YamlMap map(String key) throws YamlException {
        Object value = ask(key);
        return new YamlMap(path + key + ".", value == null ? Map.of() : asMap(path + key, value));
    }

    /** A list of texts, which is not empty unless the key is missing. */
    public List<String> texts(String key, int maxEntries, int maxLength) throws YamlException {
        Object value = ask(key);
        return value == null ? List.of() : asTexts(path + key, value, maxEntries, maxLength);
    }

    /** A mapping of any names to lists of texts, as it stands in the file; empty when the key is missing. */
    public Map<String, List<String>> lists(String key, int maxEntries, int maxLength) throws YamlException {
        Object value = ask(key);
        Map<?, ?> map = value == null ? Map.of() : asMap(path + key, value);
        if (map.size() > maxEntries) {
            throw new YamlException(path + key + " has more than " + maxEntries + " entries");
        }
        Map<String, List<String>> lists = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String name = asText("a name in " + path + key, entry.getKey(), maxLength);
            lists.put(name, asTexts("an entry of " + path + key, entry.getValue(), maxEntries, maxLength));
        }
        return lists;
    }

    /** Demands that every key has been asked for. */
    public void end() throws YamlException {
        for (Object key : values.keySet()) {
            if (!(key instanceof String) || !asked.contains(key)) {
                throw new YamlException(
                        (path.isEmpty() ? "it" : path.substring(0, path.length() - 1)) + " has an unknown key");
            }
        }
    }

    /** The value, or null when the key is missing. A key without a value is neither. */
    private @Nullable Object ask(String key) throws YamlException {
        asked.add(key);
        Object value = values.get(key);
        if (value == null && values.containsKey(key)) {
            throw new YamlException(path + key + " has no value");
        }
        return value;
    }

    private static Map<?, ?> asMap(String what, Object value) throws YamlException {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new YamlException(what + " is not a mapping");
    }

    private static List<String> asTexts(String what, @Nullable Object value, int maxEntries, int maxLength)
            throws YamlException {
        if (!(value instanceof List<?> list) || list.isEmpty() || list.size() > maxEntries) {
            throw new YamlException(what + " is not a list of 1 to " + maxEntries + " texts");
        }
        List<String> texts = new ArrayList<>();
        for (Object element : list) {
            texts.add(asText("a part of " + what, element, maxLength));
        }
        return List.copyOf(texts);
    }

    private static String asText(String what, @Nullable Object value, int maxLength) throws YamlException {
        if (!(value instanceof String text)
                || text.isEmpty()
                || text.length() > maxLength
                || text.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
            throw new YamlException(what + " is not a text of 1 to " + maxLength + " characters");
        }
        return text;
    }
}
