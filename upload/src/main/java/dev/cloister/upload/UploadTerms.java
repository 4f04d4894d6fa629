package dev.cloister.upload;

import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;

/**
 * What the owner of a bucket demands of an upload.
 *
 * @param encryptionKey the owner's KMS key, which S3 encrypts the object with; empty for the bucket's own choice
 * @param bucketOwner the account, 12 digits, without which S3 refuses: a bucket of that name may be someone else's
 */
public record UploadTerms(Optional<KeyId> encryptionKey, Optional<String> bucketOwner) {
    /** What a bucket asks for by itself. */
    public static final UploadTerms NONE = new UploadTerms(Optional.empty(), Optional.empty());

    private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");

    /**
     * Takes the terms.
     *
     * @throws IllegalArgumentException when the owner is no account number
     */
    public UploadTerms {
        bucketOwner.filter(owner -> !ACCOUNT.matcher(owner).matches()).ifPresent(owner -> {
            throw new IllegalArgumentException("'" + owner + "' is no account number, which has 12 digits");
        });
    }

    /**
     * Checks that a bucket of a region can keep to them: S3 encrypts with keys of its own region only.
     *
     * @throws IllegalArgumentException saying what does not fit
     */
    void checkRegion(Region region) {
        encryptionKey.ifPresent(key -> {
            String partition = PartitionMetadata.of(region).id();
            key.partition().filter(other -> !other.equals(partition)).ifPresent(other -> {
                throw new IllegalArgumentException(
                        key + " is of partition " + other + ", but " + region + " lies in " + partition);
            });
            key.region().filter(other -> !other.equals(region)).ifPresent(other -> {
                throw new IllegalArgumentException(key + " is not in " + region + ", where the bucket is");
            });
        });
    }
}
