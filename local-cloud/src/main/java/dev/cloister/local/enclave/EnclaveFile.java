package dev.cloister.local.enclave;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import dev.cloister.local.state.PrivateFiles;
import dev.cloister.local.state.ProcessMark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * What another process needs to know of a running local enclave.
 *
 * @param pid of the process that started it; when that ends, the enclave ends
 * @param started when that process was started, as a number may be given to another process later
 * @param address what {@code CLOISTER_ENCLAVE} takes
 * @param pcr0 the image's measurement, in hexadecimal
 */
public record EnclaveFile(long pid, Instant started, String address, String pcr0) {
    /** Tells of an enclave of this process. */
    public static EnclaveFile of(Enclave enclave) {
        ProcessMark self = ProcessMark.self();
        return new EnclaveFile(
                self.pid(),
                self.started(),
                enclave.address().toString(),
                enclave.measurements().pcr0().hex());
    }

    public void write(Path file) throws IOException {
        ObjectNode json = JsonText.object()
                .put("pid", pid)
                .put("started", started.toString())
                .put("address", address)
                .put("pcr0", pcr0);
        PrivateFiles.replace(file, JsonText.write(json).getBytes(StandardCharsets.UTF_8));
    }

    /** The file of an enclave that still runs; what a killed one left behind does not count. */
    public static Optional<EnclaveFile> read(Path file) throws IOException {
        try {
            ObjectNode json = JsonText.parseObject(Files.readAllBytes(file));
            EnclaveFile told = new EnclaveFile(
                    json.path("pid").longValue(),
                    Instant.parse(json.path("started").stringValue()),
                    json.path("address").stringValue(),
                    json.path("pcr0").stringValue());
            return told.process().isPresent() ? Optional.of(told) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (MalformedJsonException | JacksonException | DateTimeException e) {
            throw new IOException(file + " is damaged", e);
        }
    }

    /** The process that started it, while it lives. */
    public Optional<ProcessHandle> process() {
        return new ProcessMark(pid, started).process();
    }
}
