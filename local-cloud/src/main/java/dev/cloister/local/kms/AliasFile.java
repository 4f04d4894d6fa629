package dev.cloister.local.kms;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** All aliases as one file. */
final class AliasFile {
    private AliasFile() {}

    static void write(Path file, Collection<Alias> aliases) throws IOException {
        ObjectNode json = JsonText.object();
        ArrayNode list = json.putArray("aliases");
        for (Alias alias : aliases) {
            list.addObject()
                    .put("account", alias.account())
                    .put("region", alias.region())
                    .put("name", alias.name())
                    .put("target", alias.target().toString())
                    .put("created", alias.created().toString())
                    .put("updated", alias.updated().toString());
        }
        PrivateFiles.replace(file, JsonText.write(json).getBytes(StandardCharsets.UTF_8));
    }

    static List<Alias> read(Path file) throws IOException {
        try {
            List<Alias> aliases = new ArrayList<>();
            for (JsonNode alias : JsonText.parseObject(Files.readAllBytes(file)).path("aliases")) {
                aliases.add(new Alias(
                        alias.path("account").stringValue(),
                        alias.path("region").stringValue(),
                        alias.path("name").stringValue(),
                        UUID.fromString(alias.path("target").stringValue()),
                        Instant.parse(alias.path("created").stringValue()),
                        Instant.parse(alias.path("updated").stringValue())));
            }
            return aliases;
        } catch (MalformedJsonException | JacksonException | DateTimeException | IllegalArgumentException e) {
            throw new IOException(file + " is damaged", e);
        }
    }
}
