package dev.cloister.envelope;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What KMS ties a data key to, docs/format/envelope-v1.md section 2.5. It is public.
 *
 * @param entries in ascending order of the keys' UTF-8 bytes
 */
public record EncryptionContext(SortedMap<String, String> entries) {
    /** The key of the application's id. */
    public static final String APPLICATION = "cloister:application";

    /** The key of the application's version. */
    public static final String VERSION = "cloister:version";

    /** UTF-8 byte order, which is not the order of Java's strings. */
    static final Comparator<String> KEY_ORDER =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    /**
     * Copies and checks the entries.
     *
     * @throws IllegalArgumentException if an entry breaks a rule, or application or version is missing
     */
    public EncryptionContext {
        SortedMap<String, String> sorted = new TreeMap<>(KEY_ORDER);
        sorted.putAll(entries);
        sorted.forEach((key, value) -> {
            if (key.isEmpty() || !isPlain(key) || !isPlain(value)) {
                throw new IllegalArgumentException("the encryption context has an empty key or a control character");
            }
        });
        if (sorted.getOrDefault(APPLICATION, "").isEmpty()
                || sorted.getOrDefault(VERSION, "").isEmpty()) {
            throw new IllegalArgumentException("the encryption context lacks " + APPLICATION + " or " + VERSION);
        }
        entries = Collections.unmodifiableSortedMap(sorted);
    }

    public static EncryptionContext of(String application, String version) {
        return new EncryptionContext(new TreeMap<>(Map.of(APPLICATION, application, VERSION, version)));
    }

    public String application() {
        return entries.getOrDefault(APPLICATION, "");
    }

    public String version() {
        return entries.getOrDefault(VERSION, "");
    }

    private static boolean isPlain(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text)
                && text.chars().noneMatch(c -> c < 0x20 || c == 0x7F);
    }
}
