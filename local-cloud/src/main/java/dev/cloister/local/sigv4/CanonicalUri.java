package dev.cloister.local.sigv4;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Paths and queries in the one spelling that signatures are made over: each byte but the unreserved ones as %XX. */
public final class CanonicalUri {
    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private static final HexFormat UPPER = HexFormat.of().withUpperCase();

    private CanonicalUri() {}

    /** A path or a part of a query with the escapes taken out; one that is cut short stands for itself. */
    public static String decode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < raw.length; i++) {
            boolean isEscape = raw[i] == '%'
                    && i + 2 < raw.length
                    && HexFormat.isHexDigit(raw[i + 1])
                    && HexFormat.isHexDigit(raw[i + 2]);
            if (isEscape) {
                bytes.write(HexFormat.fromHexDigit(raw[i + 1]) << 4 | HexFormat.fromHexDigit(raw[i + 2]));
                i += 2;
            } else {
                bytes.write(raw[i]);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Escapes everything that is not unreserved; the path separator stays where {@code keepSlash} says so. */
    public static String encode(String text, boolean keepSlash) {
        StringBuilder encoded = new StringBuilder();
        for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
            if (UNRESERVED.indexOf(one) >= 0 || (keepSlash && one == '/')) {
                encoded.append((char) one);
            } else {
                encoded.append('%').append(UPPER.toHexDigits(one));
            }
        }
        return encoded.toString();
    }

    /** The parameters of a raw query in their order, escapes taken out; a parameter without a value has an empty one. */
    public static List<Map.Entry<String, String>> parameters(String rawQuery) {
        List<Map.Entry<String, String>> parameters = new ArrayList<>();
        if (rawQuery.isEmpty()) {
            return parameters;
        }
        for (String part : rawQuery.split("&", -1)) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            parameters.add(Map.entry(decode(name), equals < 0 ? "" : decode(part.substring(equals + 1))));
        }
        return parameters;
    }

    /** The canonical query string, without one parameter. */
    static String query(String rawQuery, String without) {
        return String.join(
                "&",
                parameters(rawQuery).stream()
                        .filter(parameter -> !parameter.getKey().equals(without))
                        .map(parameter ->
                                Map.entry(encode(parameter.getKey(), false), encode(parameter.getValue(), false)))
                        .sorted(Map.Entry.<String, String>comparingByKey().thenComparing(Map.Entry.comparingByValue()))
                        .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                        .toList());
    }
}
