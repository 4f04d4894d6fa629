package dev.cloister.image.manifest;

import dev.cloister.cli.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** The enclave server's settings, which are measured with the image as {@code /etc/cloister/enclave.yaml}. */
public sealed interface ServerPolicy {
    /**
     * A file as it stands.
     *
     * @param file on this machine
     */
    record FromFile(Path file) implements ServerPolicy {}

    /**
     * Settings of the manifest's {@code policy}, each one that the server enforces.
     *
     * @param settings by key, as the server reads them
     */
    record OfSettings(Map<String, Object> settings) implements ServerPolicy {
        /** One line for each key; JSON is YAML, and the same every time. */
        public byte[] encode() {
            StringBuilder text = new StringBuilder();
            settings.forEach((key, value) ->
                    text.append(key).append(": ").append(Json.write(value)).append('\n'));
            return text.toString().getBytes(StandardCharsets.UTF_8);
        }
    }
}
