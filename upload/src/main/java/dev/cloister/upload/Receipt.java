package dev.cloister.upload;

import java.util.Optional;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * What S3 says of an object it has taken, after it has compared the bytes with their SHA-256.
 *
 * @param size in bytes
 * @param eTag as S3 gives it, in quotes
 * @param version in a bucket with versions
 */
public record Receipt(long size, String eTag, Optional<String> version) {
    static Receipt of(PutObjectResponse response, long size) {
        return new Receipt(size, response.eTag(), Optional.ofNullable(response.versionId()));
    }

    static Receipt of(CompleteMultipartUploadResponse response, long size) {
        return new Receipt(size, response.eTag(), Optional.ofNullable(response.versionId()));
    }
}
