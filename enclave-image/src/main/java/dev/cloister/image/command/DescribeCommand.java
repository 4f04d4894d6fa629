package dev.cloister.image.command;

import dev.cloister.cli.Json;
import dev.cloister.image.eif.EifCheck;
import dev.cloister.image.eif.EifFile;
import dev.cloister.image.eif.EifMetadata;
import dev.cloister.image.eif.EifSection;
import dev.cloister.image.eif.EifSignature;
import dev.cloister.image.file.FormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "describe", description = "Say what an image holds and what it measures.", sortOptions = false)
final class DescribeCommand extends Task {
    @Parameters(paramLabel = "IMAGE", description = "The image.")
    Path image = Path.of("");

    @Override
    void execute() throws FormatException, IOException {
        try (EifFile eif = EifFile.open(image)) {
            EifCheck check = eif.check();
            if (common.json()) {
                System.out.println(Json.write(Description.of(eif, check)));
            } else {
                print(eif, check);
            }
        }
    }

    private static void print(EifFile eif, EifCheck check) throws FormatException, IOException {
        EifMetadata metadata = eif.metadata();
        line("image", metadata.imageName() + " " + metadata.imageVersion());
        line("architecture", eif.header().architecture().label());
        line("kernel", metadata.build("OperatingSystem") + " " + metadata.build("KernelVersion"));
        line(
                "built",
                metadata.build("BuildTime") + " by " + metadata.build("BuildTool") + " "
                        + metadata.build("BuildToolVersion"));
        line("checksum", check.crcMatches() ? "right" : "WRONG, the file was changed");
        if (eif.isSigned()) {
            EifSignature signature = eif.signature();
            line(
                    "signature",
                    (signature.signs(check.measurements().pcr0()) ? "right" : "WRONG") + ", by "
                            + signature.certificate().getSubjectX500Principal());
        }
        for (Map.Entry<String, String> measurement :
                check.measurements().toMap().entrySet()) {
            if (measurement.getKey().startsWith("PCR")) {
                line(measurement.getKey(), measurement.getValue());
            }
        }
        for (EifSection section : eif.sections()) {
            line("section", section.type().label() + ", " + section.data().size() + " bytes");
        }
    }

    private static void line(String label, String text) {
        System.out.println(label + " ".repeat(Math.max(1, 14 - label.length())) + text);
    }
}
