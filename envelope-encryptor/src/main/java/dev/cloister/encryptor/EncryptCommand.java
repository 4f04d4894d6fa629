package dev.cloister.encryptor;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.cli.OutputFile;
import dev.cloister.cli.Progress;
import dev.cloister.envelope.EncryptionContext;
import dev.cloister.envelope.EnvelopeWriter;
import dev.cloister.envelope.archive.ArchiveException;
import dev.cloister.envelope.archive.ArchiveSummary;
import dev.cloister.envelope.archive.SourceTree;
import dev.cloister.upload.AwsClients;
import dev.cloister.upload.KeyId;
import dev.cloister.upload.Receipt;
import dev.cloister.upload.S3Address;
import dev.cloister.upload.S3Upload;
import dev.cloister.upload.UploadOptions;
import dev.cloister.upload.UploadTerms;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;

/** {@code cloister encrypt}: an application's directory becomes a package, and goes to a bucket if asked to. */
@Command(
        name = "encrypt",
        description = "Seals an application's directory into a package that only a pinned enclave can open.")
final class EncryptCommand implements Callable<Integer> {
    private static final Path DEFAULT_OUTPUT = Path.of("application.cloister");

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
            description = "The package (default: application.cloister; with --upload alone no file is written).")
    private @Nullable Path output;

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
            description = "Put it there, under the bucket owner's control; S3 gets it while it is sealed.")
    private @Nullable String upload;

    @Mixin
    private UploadOptions uploadOptions = new UploadOptions();

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
        KeyId keyId = keyId();
        S3Address address = address();
        UploadTerms terms = terms();
        SourceTree tree = scan();
        EncryptionContext context = context();
        Path place = upload == null && output == null ? DEFAULT_OUTPUT : output;
        try (OutputFile file = place == null ? null : OutputFile.apartFrom(directory, place);
                S3Client s3 = address == null ? null : aws.s3()) {
            S3Upload bucket = s3 == null || address == null ? null : new S3Upload(s3, address, terms);
            if (bucket != null) {
                bucket.check();
            }
            try (KmsClient kms = aws.kms(keyId.region().orElse(null));
                    FreshDataKey dataKey = FreshDataKey.generate(kms, keyId, context)) {
                Sealed sealed = file == null
                        ? toBucket(tree, dataKey, Objects.requireNonNull(bucket))
                        : toFile(tree, dataKey, file, bucket);
                print(dataKey, sealed);
            }
        }
        return ExitStatus.DONE.code();
    }

    private Sealed toFile(SourceTree tree, FreshDataKey dataKey, OutputFile file, @Nullable S3Upload bucket)
            throws CommandException, IOException {
        ArchiveSummary content;
        try (OutputStream sink = file.open()) {
            content = write(tree, dataKey, sink);
        }
        long size = Files.size(file.draft());
        boolean confirmed = false;
        if (bucket != null) {
            try (Progress progress = progress("uploading", size)) {
                confirmed = bucket.confirm(bucket.file(file.draft(), progress));
            }
        }
        file.keep();
        return new Sealed(content, size, confirmed);
    }

    private Sealed toBucket(SourceTree tree, FreshDataKey dataKey, S3Upload bucket)
            throws CommandException, IOException {
        AtomicReference<@Nullable ArchiveSummary> content = new AtomicReference<>();
        Receipt receipt = bucket.stream(sink -> content.set(write(tree, dataKey, sink)), Progress.silent());
        return new Sealed(Objects.requireNonNull(content.get()), receipt.size(), bucket.confirm(receipt));
    }

    /**
     * What was made.
     *
     * @param size of the package, in bytes
     * @param confirmed whether the bucket was seen to hold it
     */
    private record Sealed(ArchiveSummary content, long size, boolean confirmed) {}

    private KeyId keyId() throws CommandException {
        try {
            return new KeyId(key);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitStatus.USAGE, "--key: " + e.getMessage(), "for example alias/enclavekey, or the key's ARN", e);
        }
    }

    private UploadTerms terms() throws CommandException {
        if (upload == null && uploadOptions.isGiven()) {
            throw new CommandException(
                    ExitStatus.USAGE, "there is nothing to upload", "say where with --upload s3://BUCKET/KEY");
        }
        return uploadOptions.terms();
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
            Path name = (output == null ? DEFAULT_OUTPUT : output).getFileName();
            return upload == null ? null : S3Address.parse(upload, String.valueOf(name));
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitStatus.USAGE, "--upload is " + e.getMessage(), "for example s3://shared-bucket/digits/", e);
        }
    }

    private ArchiveSummary write(SourceTree tree, FreshDataKey dataKey, OutputStream sink)
            throws CommandException, IOException {
        try (Progress progress = progress("encrypting", tree.summary().bytes())) {
            return EnvelopeWriter.write(dataKey.header(), dataKey.key(), tree, sink, progress::advance);
        } catch (ArchiveException e) {
            throw refused(e);
        }
    }

    private Progress progress(String what, long total) {
        return common.json() ? Progress.silent() : Progress.start(what, total);
    }

    private void print(FreshDataKey dataKey, Sealed sealed) throws CommandException {
        Map<String, Object> result = new LinkedHashMap<>();
        if (output != null || upload == null) {
            result.put("package", String.valueOf(output == null ? DEFAULT_OUTPUT : output));
        }
        result.put("size", sealed.size());
        result.put("application", dataKey.header().encryptionContext().application());
        result.put("version", dataKey.header().encryptionContext().version());
        result.put("key", dataKey.header().keyArn().value());
        result.put("entries", sealed.content().entries());
        result.put("bytes", sealed.content().bytes());
        S3Address address = address();
        if (address != null) {
            result.put("upload", address.toString());
            result.put("confirmed", sealed.confirmed());
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
