package dev.cloister.upload;

import java.util.List;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * The requests about one object in a bucket of another account: each names the bucket's expected owner, each that makes
 * the object gives it to that owner, and each that carries bytes has their SHA-256, which S3 checks.
 */
record ObjectRequests(S3Address to, UploadTerms terms) {
    /** Sealed packages and images: bytes that no browser should guess about. */
    static final String CONTENT_TYPE = "application/octet-stream";

    HeadBucketRequest bucket() {
        HeadBucketRequest.Builder request = HeadBucketRequest.builder().bucket(to.bucket());
        terms.bucketOwner().ifPresent(request::expectedBucketOwner);
        return request.build();
    }

    PutObjectRequest put() {
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .bucket(to.bucket())
                .key(to.key())
                .contentType(CONTENT_TYPE)
                .acl(ObjectCannedACL.BUCKET_OWNER_FULL_CONTROL)
                .checksumAlgorithm(ChecksumAlgorithm.SHA256);
        terms.bucketOwner().ifPresent(request::expectedBucketOwner);
        terms.encryptionKey()
                .ifPresent(key -> request.serverSideEncryption(ServerSideEncryption.AWS_KMS)
                        .ssekmsKeyId(key.value()));
        return request.build();
    }

    CreateMultipartUploadRequest create() {
        CreateMultipartUploadRequest.Builder request = CreateMultipartUploadRequest.builder()
                .bucket(to.bucket())
                .key(to.key())
                .contentType(CONTENT_TYPE)
                .acl(ObjectCannedACL.BUCKET_OWNER_FULL_CONTROL)
                .checksumAlgorithm(ChecksumAlgorithm.SHA256);
        terms.bucketOwner().ifPresent(request::expectedBucketOwner);
        terms.encryptionKey()
                .ifPresent(key -> request.serverSideEncryption(ServerSideEncryption.AWS_KMS)
                        .ssekmsKeyId(key.value()));
        return request.build();
    }

    UploadPartRequest part(String upload, int number) {
        UploadPartRequest.Builder request = UploadPartRequest.builder()
                .bucket(to.bucket())
                .key(to.key())
                .uploadId(upload)
                .partNumber(number)
                .checksumAlgorithm(ChecksumAlgorithm.SHA256);
        terms.bucketOwner().ifPresent(request::expectedBucketOwner);
        return request.build();
    }

    CompleteMultipartUploadRequest complete(String upload, List<CompletedPart> parts) {
        CompleteMultipartUploadRequest.Builder request = CompleteMultipartUploadRequest.builder()
                .bucket(to.bucket())
                .key(to.key())
                .uploadId(upload)
                .multipartUpload(all -> all.parts(parts));
        terms.bucketOwner().ifPresent(request::expectedBucketOwner);
        return request.build();
    }

    AbortMultipartUploadRequest abort(String upload) {
        AbortMultipartUploadRequest.Builder request = AbortMultipartUploadRequest.builder()
                .bucket(to.bucket())
                .key(to.key())
                .uploadId(upload);
        terms.bucketOwner().ifPresent(request::expectedBucketOwner);
        return request.build();
    }

    HeadObjectRequest look() {
        HeadObjectRequest.Builder request =
                HeadObjectRequest.builder().bucket(to.bucket()).key(to.key());
        terms.bucketOwner().ifPresent(request::expectedBucketOwner);
        return request.build();
    }
}
