package dev.cloister.local.audit;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file of JSON lines, one for each call, with the members that CloudTrail uses. It holds no plaintext, no
 * ciphertext, no credential and no encryption context. A call that cannot be recorded fails.
 */
public final class AuditLog implements AutoCloseable {
    private final FileChannel file;
    private final ReentrantLock lock = new ReentrantLock();

    private AuditLog(FileChannel file) {
        this.file = file;
    }

    /** Opens the file, or makes it with mode 0600, to add to its end. */
    public static AuditLog open(Path path) throws IOException {
        if (!Files.exists(path)) {
            PrivateFiles.replace(path, new byte[0]);
        }
        return new AuditLog(FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
    }

    /** Adds a line. */
    public void append(AuditEvent event) {
        byte[] line = (JsonText.write(toJson(event)) + "\n").getBytes(StandardCharsets.UTF_8);
        lock.lock();
        try {
            ByteBuffer bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the audit log cannot be written", e);
        } finally {
            lock.unlock();
        }
    }

    private static ObjectNode toJson(AuditEvent event) {
        ObjectNode json = JsonText.object()
                .put("eventVersion", "1.11")
                .put("eventTime", event.time().toString())
                .put("eventSource", event.source())
                .put("eventName", event.name());
        event.region().ifPresent(region -> json.put("awsRegion", region));
        ObjectNode identity = json.putObject("userIdentity");
        event.caller()
                .ifPresent(caller -> identity.put("type", "AssumedRole")
                        .put("arn", caller.sessionArn())
                        .put("accountId", caller.account()));
        event.error().ifPresent(error -> json.put("errorCode", error.code()).put("errorMessage", error.message()));
        ArrayNode resources = json.putArray("resources");
        event.keyArn().ifPresent(arn -> resources.addObject().put("ARN", arn).put("type", "AWS::KMS::Key"));
        ObjectNode additional = json.putObject("additionalEventData");
        event.attestation()
                .ifPresent(attested -> additional
                        .put("attestationDocumentModuleId", attested.moduleId())
                        .put("attestationDocumentEnclaveImageDigest", attested.imageDigestPrefix()));
        return json.put("eventID", event.requestId());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
