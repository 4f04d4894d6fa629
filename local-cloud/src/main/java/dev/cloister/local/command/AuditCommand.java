package dev.cloister.local.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ObjectNode;

/** {@code cloister local audit}: the calls, oldest first, whether or not the local cloud is running. */
@Command(name = "audit", description = "Print the calls that were made, a line each.")
final class AuditCommand implements Callable<Integer> {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final StateOption state = new StateOption();

    @Override
    public Integer call() throws IOException, CommandException {
        Path file = state.layout().audit();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(common.json() ? line : columns(line));
            }
        } catch (NoSuchFileException e) {
            throw new CommandException(
                    ExitStatus.FAILED, "there is no audit log at " + file, "start with 'cloister local up'", e);
        } catch (MalformedJsonException e) {
            throw new CommandException(ExitStatus.FAILED, file + " is damaged: " + e.getMessage(), null, e);
        }
        return ExitStatus.DONE.code();
    }

    /** Time, operation, outcome, caller, key, beginning of PCR0, between tabs. */
    private static String columns(String line) throws MalformedJsonException {
        ObjectNode event = JsonText.parseObject(line.getBytes(StandardCharsets.UTF_8));
        return String.join(
                "\t",
                event.path("eventTime").asString(""),
                event.path("eventName").asString(""),
                event.path("errorCode").asString("ok"),
                event.path("userIdentity").path("arn").asString("-"),
                event.path("resources").path(0).path("ARN").asString("-"),
                event.path("additionalEventData")
                        .path("attestationDocumentEnclaveImageDigest")
                        .asString("-"));
    }
}
