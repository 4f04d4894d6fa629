package dev.cloister.local.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The templates that come with Cloister, each with the account it is for. */
final class Templates {
    private static final Map<String, String> ACCOUNTS = new TreeMap<>(Map.of(
            "shared-bucket", "host",
            "enclave-host", "host",
            "application-encryptor", "third-party",
            "nitro-image-builder", "third-party"));

    private Templates() {}

    static List<String> names() {
        return List.copyOf(ACCOUNTS.keySet());
    }

    /** The account that a template of Cloister's is for; that of the host for any other. */
    static String account(String template) {
        String name = Path.of(template).getFileName().toString().replace(".template.json", "");
        return ACCOUNTS.getOrDefault(name, "host");
    }

    /** The file of a name, or the file itself. */
    static Path file(String template) {
        return ACCOUNTS.containsKey(template) ? directory().resolve(template + ".template.json") : Path.of(template);
    }

    /** Where they lie. */
    static Path directory() {
        return Path.of(System.getProperty("cloister.home", "."), "cdk", "templates");
    }
}
