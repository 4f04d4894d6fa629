package dev.cloister.local.kms;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import dev.cloister.local.policy.Caller;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** All grants, in memory and in the file {@code grants.json}, oldest first. Safe for use by several threads. */
final class GrantStore {
    private final Path file;
    private volatile List<GrantRecord> grants;

    private GrantStore(Path file, List<GrantRecord> grants) {
        this.file = file;
        this.grants = List.copyOf(grants);
    }

    static GrantStore open(Path directory) throws IOException {
        Path file = directory.resolve("grants.json");
        return new GrantStore(file, Files.exists(file) ? read(file) : List.of());
    }

    /** The grants on a key. */
    List<GrantRecord> of(UUID key) {
        return grants.stream().filter(grant -> grant.key().equals(key)).toList();
    }

    /** Whether a grant lets a caller do something with a key. */
    boolean permit(UUID key, Caller caller, String operation) {
        return of(key).stream().anyMatch(grant -> grant.permits(caller, operation));
    }

    void add(GrantRecord grant) {
        change(list -> list.add(grant));
    }

    void remove(GrantRecord grant) {
        change(list -> list.remove(grant));
    }

    /** A change is on the disk before anyone sees it. */
    private synchronized void change(Consumer<List<GrantRecord>> edit) {
        List<GrantRecord> changed = new ArrayList<>(grants);
        edit.accept(changed);
        try {
            write(changed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        grants = List.copyOf(changed);
    }

    private void write(List<GrantRecord> all) throws IOException {
        ObjectNode json = JsonText.object();
        json.putArray("grants");
        for (GrantRecord grant : all) {
            ObjectNode entry = json.withArray("grants").addObject();
            entry.put("id", grant.id())
                    .put("key", grant.key().toString())
                    .put("name", grant.name())
                    .put("grantee", grant.grantee())
                    .put("issuer", grant.issuer())
                    .put("created", grant.created().toString());
            grant.operations().forEach(entry.putArray("operations")::add);
        }
        PrivateFiles.replace(file, JsonText.write(json).getBytes(StandardCharsets.UTF_8));
    }

    private static List<GrantRecord> read(Path file) throws IOException {
        try {
            List<GrantRecord> grants = new ArrayList<>();
            for (JsonNode grant : JsonText.parseObject(Files.readAllBytes(file)).path("grants")) {
                grants.add(new GrantRecord(
                        grant.path("id").stringValue(),
                        UUID.fromString(grant.path("key").stringValue()),
                        grant.path("name").stringValue(),
                        grant.path("grantee").stringValue(),
                        grant.path("issuer").stringValue(),
                        StreamSupport.stream(grant.path("operations").spliterator(), false)
                                .map(JsonNode::stringValue)
                                .toList(),
                        Instant.parse(grant.path("created").stringValue())));
            }
            return grants;
        } catch (MalformedJsonException | JacksonException | DateTimeException | IllegalArgumentException e) {
            throw new IOException(file + " is damaged", e);
        }
    }
}
