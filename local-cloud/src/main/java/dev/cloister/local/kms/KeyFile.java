package dev.cloister.local.kms;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import dev.cloister.local.policy.MalformedPolicyException;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/** A key as a file. */
final class KeyFile {
    private KeyFile() {}

    static void write(Path file, KeyRecord key) throws IOException {
        ObjectNode json = JsonText.object()
                .put("id", key.id().toString())
                .put("account", key.account())
                .put("region", key.region())
                .put("created", key.created().toString())
                .put("description", key.description())
                .put("enabled", key.isEnabled())
                .put("policy", key.policy().text())
                .put("material", key.material().encodeForStorage());
        key.deletionDate().ifPresent(date -> json.put("deletionDate", date.toString()));
        PrivateFiles.replace(file, JsonText.write(json).getBytes(StandardCharsets.UTF_8));
    }

    static KeyRecord read(Path file) throws IOException {
        try {
            ObjectNode json = JsonText.parseObject(Files.readAllBytes(file));
            return new KeyRecord(
                    UUID.fromString(json.path("id").stringValue()),
                    json.path("account").stringValue(),
                    json.path("region").stringValue(),
                    Instant.parse(json.path("created").stringValue()),
                    json.path("description").stringValue(),
                    json.path("enabled").booleanValue(),
                    json.has("deletionDate")
                            ? Optional.of(
                                    Instant.parse(json.path("deletionDate").stringValue()))
                            : Optional.empty(),
                    KeyPolicy.parse(json.path("policy").stringValue()),
                    KeyMaterial.decode(json.path("material").stringValue())
                            .orElseThrow(() -> new IOException(file + " is damaged: no key material")));
        } catch (MalformedJsonException
                | MalformedPolicyException
                | JacksonException
                | DateTimeException
                | IllegalArgumentException e) {
            throw new IOException(file + " is damaged", e);
        }
    }
}
