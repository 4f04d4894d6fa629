package dev.cloister.image.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.cli.Progress;
import dev.cloister.image.eif.Pcr;
import dev.cloister.image.file.FormatException;
import dev.cloister.upload.AwsClients;
import dev.cloister.upload.Receipt;
import dev.cloister.upload.S3Address;
import dev.cloister.upload.S3Upload;
import dev.cloister.upload.UploadOptions;
import dev.cloister.upload.UploadTerms;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import software.amazon.awssdk.services.s3.S3Client;

@Command(
        name = "publish",
        description = "Put an image into the host's bucket, with its summary and bill of materials where they lie "
                + "beside it (IMAGE.summary.json, IMAGE.cdx.json).",
        sortOptions = false)
final class PublishCommand extends Task {
    /** What may lie beside an image. */
    private static final List<String> COMPANIONS = List.of(".summary.json", ".cdx.json");

    @Parameters(index = "0", paramLabel = "IMAGE", description = "The image; one with a wrong checksum is refused.")
    Path image = Path.of("");

    @Parameters(
            index = "1",
            paramLabel = "s3://BUCKET/KEY",
            description = "Where to; a KEY that ends in a slash takes the image's name behind it.")
    String destination = "";

    @Option(names = "--pcr0", paramLabel = "HEX", description = "Refuse an image that measures otherwise.")
    @Nullable
    String expected;

    @Mixin
    UploadOptions options = new UploadOptions();

    private final AwsClients aws;
    private final PrintStream out;

    @SuppressWarnings("unused") // picocli makes the command.
    PublishCommand() {
        this(AwsClients.ofEnvironment(), System.out);
    }

    PublishCommand(AwsClients aws, PrintStream out) {
        this.aws = aws;
        this.out = out;
    }

    @Override
    void execute() throws CommandException, FormatException, IOException {
        S3Address address = address();
        UploadTerms terms = options.terms();
        Pcr pcr0 = KeyTask.values(List.of(image), List.of()).getFirst();
        if (expected != null && !KeyTask.values(List.of(), List.of(expected)).contains(pcr0)) {
            throw failed(image + " has PCR0 " + pcr0, "build the image again, or correct --pcr0", null);
        }
        try (S3Client s3 = aws.s3()) {
            S3Upload upload = new S3Upload(s3, address, terms);
            upload.check();
            Receipt receipt = send(upload, image);
            List<String> companions = new ArrayList<>();
            for (String suffix : COMPANIONS) {
                Path companion = image.resolveSibling(image.getFileName() + suffix);
                if (Files.isRegularFile(companion)) {
                    S3Address beside = address.withSuffix(suffix);
                    send(new S3Upload(s3, beside, terms), companion);
                    companions.add(beside.toString());
                }
            }
            print(address, pcr0, receipt, companions, upload.confirm(receipt));
        }
    }

    private Receipt send(S3Upload upload, Path file) throws CommandException, IOException {
        long size = Files.size(file);
        try (Progress progress = common.json() ? Progress.silent() : Progress.start("uploading", size)) {
            return upload.file(file, progress);
        }
    }

    private S3Address address() throws CommandException {
        try {
            return S3Address.parse(destination, String.valueOf(image.getFileName()));
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitStatus.USAGE,
                    "the destination is " + e.getMessage(),
                    "for example s3://shared-bucket/thirdparty/",
                    e);
        }
    }

    private void print(S3Address to, Pcr pcr0, Receipt receipt, List<String> companions, boolean confirmed) {
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        result.put("Image", to.toString());
        result.put("PCR0", pcr0.hex());
        result.put("Size", receipt.size());
        result.put("Version", receipt.version().orElse(null));
        result.put("Confirmed", confirmed);
        result.put("Beside", companions);
        if (common.json()) {
            out.println(Json.write(result));
            return;
        }
        out.println("image " + to);
        companions.forEach(companion -> out.println("also  " + companion));
        out.println("PCR0  " + pcr0.hex());
    }
}
