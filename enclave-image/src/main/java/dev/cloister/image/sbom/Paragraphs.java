package dev.cloister.image.sbom;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Files of {@code Key: value} lines in paragraphs, as dpkg, apk, Python and jars keep them. */
final class Paragraphs {
    private Paragraphs() {}

    /** Each paragraph's keys; lines that go on from the one before are left out, and the first of a key counts. */
    static List<Map<String, String>> of(byte[] file) {
        List<Map<String, String>> paragraphs = new ArrayList<>();
        Map<String, String> current = new LinkedHashMap<>();
        for (String line : new String(file, StandardCharsets.UTF_8).split("\r?\n", -1)) {
            int colon = line.indexOf(':');
            if (line.isBlank()) {
                if (!current.isEmpty()) {
                    paragraphs.add(current);
                    current = new LinkedHashMap<>();
                }
            } else if (colon > 0 && !Character.isWhitespace(line.charAt(0))) {
                current.putIfAbsent(
                        line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        if (!current.isEmpty()) {
            paragraphs.add(current);
        }
        return paragraphs;
    }

    /** The keys of {@code KEY="value"} lines, as {@code os-release} and a JDK's {@code release} have them. */
    static Map<String, String> assignments(byte[] file) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : new String(file, StandardCharsets.UTF_8).split("\r?\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                String value = line.substring(equals + 1).strip();
                boolean isQuoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
                values.putIfAbsent(
                        line.substring(0, equals), isQuoted ? value.substring(1, value.length() - 1) : value);
            }
        }
        return values;
    }
}
