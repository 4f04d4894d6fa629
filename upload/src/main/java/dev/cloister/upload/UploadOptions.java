package dev.cloister.upload;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The terms of an upload on a command line; a picocli mixin. */
public final class UploadOptions {
    @Option(
            names = {"--sse-kms-key-id", "--kms-key-id"},
            paramLabel = "KEY_ARN",
            description = "The KMS key of the bucket's owner that S3 encrypts the object with.")
    private @Nullable String encryptionKey;

    @Option(
            names = "--expected-bucket-owner",
            paramLabel = "ACCOUNT",
            description = "The account that must own the bucket, 12 digits.")
    private @Nullable String bucketOwner;

    /** Whether any of them was given. */
    public boolean isGiven() {
        return encryptionKey != null || bucketOwner != null;
    }

    /**
     * The terms.
     *
     * @throws CommandException when one of them is malformed
     */
    public UploadTerms terms() throws CommandException {
        try {
            return new UploadTerms(
                    Optional.ofNullable(encryptionKey).map(KeyId::new), Optional.ofNullable(bucketOwner));
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitStatus.USAGE,
                    String.valueOf(e.getMessage()),
                    "the bucket's owner knows both: the outputs of the stack that made the bucket",
                    e);
        }
    }
}
