package dev.cloister.local.s3;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/** What is known of a bucket, as a file. */
final class BucketFile {
    private BucketFile() {}

    static void write(Path file, Bucket bucket) throws IOException {
        ObjectNode json = JsonText.object()
                .put("name", bucket.name())
                .put("account", bucket.account())
                .put("region", bucket.region())
                .put("created", bucket.created().toString())
                .put("versioned", bucket.isVersioned());
        bucket.policyText().ifPresent(policy -> json.put("policy", policy));
        bucket.encryptionKey().ifPresent(key -> json.put("encryptionKey", key));
        PrivateFiles.replace(file, JsonText.write(json).getBytes(StandardCharsets.UTF_8));
    }

    static Bucket read(Path file) throws IOException {
        try {
            ObjectNode json = JsonText.parseObject(Files.readAllBytes(file));
            Bucket bucket = new Bucket(
                    json.path("name").stringValue(),
                    json.path("account").stringValue(),
                    json.path("region").stringValue(),
                    Instant.parse(json.path("created").stringValue()),
                    Optional.ofNullable(json.path("policy").asString(null)),
                    Optional.ofNullable(json.path("encryptionKey").asString(null)),
                    json.path("versioned").booleanValue());
            bucket.policy();
            return bucket;
        } catch (MalformedJsonException | JacksonException | DateTimeException | IllegalStateException e) {
            throw new IOException(file + " is damaged", e);
        }
    }
}
