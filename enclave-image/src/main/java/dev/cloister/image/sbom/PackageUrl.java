package dev.cloister.image.sbom;

import java.nio.charset.StandardCharsets;

/** Writes package URLs: {@code pkg:TYPE/NAMESPACE/NAME@VERSION?QUALIFIER=VALUE}. */
final class PackageUrl {
    private static final String PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~:";

    private PackageUrl() {}

    /**
     * A package URL.
     *
     * @param namespace empty for none
     * @param version empty for none
     * @param architecture the qualifier {@code arch}, empty for none
     */
    static String of(String type, String namespace, String name, String version, String architecture) {
        return "pkg:" + type + "/" + (namespace.isEmpty() ? "" : encode(namespace) + "/") + encode(name)
                + (version.isEmpty() ? "" : "@" + encode(version))
                + (architecture.isEmpty() ? "" : "?arch=" + encode(architecture));
    }

    private static String encode(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (PLAIN.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(String.format("%02X", (int) c));
            }
        }
        return encoded.toString();
    }
}
