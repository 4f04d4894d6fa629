package dev.cloister.encryptor;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.cli.Progress;
import dev.cloister.envelope.EncryptionContext;
import dev.cloister.envelope.EnvelopeWriter;
import dev.cloister.envelope.archive.ArchiveException;
import dev.cloister.envelope.archive.ArchiveSummary;
import dev.cloister.envelope.archive.SourceTree;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;

/** {@code cloister encrypt}: an application's directory becomes a package, and goes to a bucket if asked to. */
@Command(
        name = "encrypt",
        description = "Seals an application's directory into a package that only a pinned enclave can open.")
final class EncryptCommand implements Callable<Integer> {
    private static final Pattern ARN_REGION = Pattern.compile("arn:[^:]*:kms:([^:]+):.*");

    @Option(
            names = {"-d", "--directory"},
            required = true,
            paramLabel = "DIR",
            description = "The application.")
    private Path directory = Path.of("");

    @Option(
            names = {"-k", "--key"},
            required = true,
            paramLabel = "KEY",
            description = "The KMS key: its id, its ARN, or alias/NAME.")
    private String key = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            defaultValue = "application.cloister",
            description = "The package (default: ${DEFAULT-VALUE}).")
    private Path output = Path.of("");

    @Option(
            names = "--application",
            paramLabel = "NAME",
            description =
                    "The application's id, readable by everyone (default: name in cloister.yaml, else DIR's name).")
    private @Nullable String application;

    @Option(
            names = "--app-version",
            paramLabel = "V",
            description = "Its version, readable by everyone (default: version in cloister.yaml, else 0).")
    private @Nullable String version;

    @Option(
            names = "--upload",
            paramLabel = "s3://BUCKET/KEY",
            description = "Also put it there, under the bucket owner's control.")
    private @Nullable String upload;

    @Mixin
    private CommonOptions common = new CommonOptions();

    private final AwsClients aws;
    private final PrintStream out;

    @SuppressWarnings("unused") // picocli makes the command.
    EncryptCommand() {
        this(AwsClients.ofEnvironment(), System.out);
    }

    EncryptCommand(AwsClients aws, PrintStream out) {
        this.aws = aws;
        this.out = out;
    }

    @Override
    public Integer call() throws CommandException, IOException {
        SourceTree tree = scan();
        EncryptionContext context = context();
        S3Address address = address();
        try (OutputFile file = OutputFile.at(output, directory);
                KmsClient kms = aws.kms(regionOfKey());
                FreshDataKey dataKey = FreshDataKey.generate(kms, key, context)) {
            ArchiveSummary content = write(tree, dataKey, file);
            long size = Files.size(file.draft());
            if (address != null) {
                upload(file.draft(), size, address);
            }
            file.keep();
            print(dataKey, content, size, address);
        }
        return ExitStatus.DONE.code();
    }

    private SourceTree scan() throws CommandException, IOException {
        if (!Files.isDirectory(directory)) {
            throw new CommandException(
                    ExitStatus.FAILED, directory + " is not a directory", "give -d the application's directory");
        }
        try {
            return SourceTree.scan(directory);
        } catch (ArchiveException e) {
            throw refused(e);
        }
    }

    private EncryptionContext context() throws CommandException, IOException {
        ApplicationId id = ApplicationId.of(directory, application, version);
        try {
            return EncryptionContext.of(id.name(), id.version());
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    "the application's name or version is empty or has a control character",
                    "give others with --application and --app-version",
                    e);
        }
    }

    private @Nullable S3Address address() throws CommandException {
        try {
            return upload == null ? null : S3Address.parse(upload, String.valueOf(output.getFileName()));
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitStatus.USAGE, "--upload is " + e.getMessage(), "for example s3://shared-bucket/digits/", e);
        }
    }

    private @Nullable Region regionOfKey() {
        Matcher arn = ARN_REGION.matcher(key);
        return arn.matches() ? Region.of(arn.group(1)) : null;
    }

    private ArchiveSummary write(SourceTree tree, FreshDataKey dataKey, OutputFile file)
            throws CommandException, IOException {
        try (OutputStream sink = file.open();
                Progress progress = progress("encrypting", tree.summary().bytes())) {
            return EnvelopeWriter.write(dataKey.header(), dataKey.key(), tree, sink, progress::advance);
        } catch (ArchiveException e) {
            throw refused(e);
        }
    }

    private void upload(Path file, long size, S3Address address) throws CommandException, IOException {
        try (S3Client s3 = aws.s3();
                Progress progress = progress("uploading", size)) {
            new S3Upload(s3).upload(file, address, progress);
        }
    }

    private Progress progress(String what, long total) {
        return common.json() ? Progress.silent() : Progress.start(what, total);
    }

    private void print(FreshDataKey dataKey, ArchiveSummary content, long size, @Nullable S3Address address) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("package", output.toString());
        result.put("size", size);
        result.put("application", dataKey.header().encryptionContext().application());
        result.put("version", dataKey.header().encryptionContext().version());
        result.put("key", dataKey.header().keyArn().value());
        result.put("entries", content.entries());
        result.put("bytes", content.bytes());
        if (address != null) {
            result.put("upload", address.toString());
        }
        if (common.json()) {
            out.println(Json.write(result));
        } else {
            result.forEach((name, value) -> out.printf("%-12s %s%n", name, value));
        }
    }

    private static CommandException refused(ArchiveException e) {
        return new CommandException(
                ExitStatus.FAILED, String.valueOf(e.getMessage()), "take it out of the directory, or mend it", e);
    }
}
