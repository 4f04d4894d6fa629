package dev.cloister.image.command;

import dev.cloister.attestation.document.AttestationDocument;
import dev.cloister.attestation.document.AttestationException;
import dev.cloister.cli.CommandException;
import dev.cloister.cli.Json;
import dev.cloister.image.attestation.DocumentFile;
import dev.cloister.image.attestation.DocumentReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = "Say what a document says. Whether it is true, 'cloister attestation verify' tells.",
        sortOptions = false)
final class ShowDocumentCommand extends Task {
    @Parameters(paramLabel = "FILE", description = "The document, as the security module made it.")
    Path file = Path.of("");

    @Override
    void execute() throws CommandException, IOException {
        DocumentReport report;
        try {
            report = DocumentReport.of(AttestationDocument.parse(DocumentFile.read(file)));
        } catch (AttestationException e) {
            throw VerifyDocumentCommand.rejected(e);
        }
        if (common.json()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            map.put("Verified", false);
            map.putAll(report.toMap());
            System.out.println(Json.write(map));
            return;
        }
        report.lines().forEach(System.out::println);
        System.err.println("cloister: warning: nothing of this is verified");
    }
}
