package dev.cloister.local;

import dev.cloister.local.account.Account;
import dev.cloister.local.account.Endpoints;
import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import dev.cloister.local.state.PrivateFiles;
import dev.cloister.local.state.ProcessMark;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What another process needs to know of a running local cloud.
 *
 * @param pid the process it runs in
 * @param started when that process was started, as a number may be given to another process later
 */
public record RunningFile(long pid, Instant started, Endpoints endpoints, List<Account> accounts) {

    static void write(Path file, Endpoints endpoints, List<Account> accounts) throws IOException {
        ProcessMark self = ProcessMark.self();
        ObjectNode json = JsonText.object()
                .put("pid", self.pid())
                .put("started", self.started().toString())
                .put("region", endpoints.region())
                .put("kms", endpoints.kms().toString())
                .put("s3", endpoints.s3().toString())
                .put("s3Plain", endpoints.s3Plain().toString())
                .put("certificateAuthority", endpoints.certificateAuthority().toString());
        ArrayNode list = json.putArray("accounts");
        accounts.forEach(account -> list.addObject()
                .put("profile", account.profile())
                .put("id", account.id())
                .put("role", account.role()));
        PrivateFiles.replace(file, JsonText.write(json).getBytes(StandardCharsets.UTF_8));
    }

    /** The file of a local cloud that still runs; what a killed one left behind does not count. */
    public static Optional<RunningFile> read(Path file) throws IOException {
        try {
            ObjectNode json = JsonText.parseObject(Files.readAllBytes(file));
            List<Account> accounts = new ArrayList<>();
            for (JsonNode account : json.path("accounts")) {
                accounts.add(new Account(
                        account.path("profile").stringValue(),
                        account.path("id").stringValue(),
                        account.path("role").stringValue()));
            }
            RunningFile running = new RunningFile(
                    json.path("pid").longValue(),
                    Instant.parse(json.path("started").stringValue()),
                    new Endpoints(
                            json.path("region").stringValue(),
                            URI.create(json.path("kms").stringValue()),
                            URI.create(json.path("s3").stringValue()),
                            URI.create(json.path("s3Plain").stringValue()),
                            Path.of(json.path("certificateAuthority").stringValue())),
                    accounts);
            return running.process().isPresent() ? Optional.of(running) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (MalformedJsonException | JacksonException | DateTimeException | IllegalArgumentException e) {
            throw new IOException(file + " is damaged", e);
        }
    }

    /** The process, while it lives. */
    public Optional<ProcessHandle> process() {
        return new ProcessMark(pid, started).process();
    }
}
