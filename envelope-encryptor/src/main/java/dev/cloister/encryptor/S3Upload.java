package dev.cloister.encryptor;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Puts a file into a bucket of another account. */
final class S3Upload {
    /** Below this size one request is enough. S3 takes up to 10000 parts of at least 5 MiB. */
    private static final long PART_BYTES = 32L << 20;

    private static final long MAX_PARTS = 10_000;
    private static final String CONTENT_TYPE = "application/octet-stream";

    private final S3Client s3;
    private final long partBytes;

    S3Upload(S3Client s3) {
        this(s3, PART_BYTES);
    }

    S3Upload(S3Client s3, long partBytes) {
        this.s3 = s3;
        this.partBytes = partBytes;
    }

    /** Uploads a file in constant memory. After a failure the bucket holds no piece of it. */
    void upload(Path file, S3Address to, Progress progress) throws CommandException, IOException {
        long size = Files.size(file);
        try {
            if (size <= partBytes) {
                s3.putObject(
                        put -> put.bucket(to.bucket()).key(to.key()).contentType(CONTENT_TYPE),
                        RequestBody.fromFile(file));
                progress.advance(size);
            } else {
                uploadParts(file, size, to, progress);
            }
        } catch (NoSuchBucketException e) {
            throw new CommandException(
                    ExitStatus.FAILED, "there is no bucket " + to.bucket(), "ask its owner for its name", e);
        } catch (SdkException e) {
            throw describe(e, to);
        }
    }

    private void uploadParts(Path file, long size, S3Address to, Progress progress) {
        long step = Math.max(partBytes, Math.ceilDiv(size, MAX_PARTS));
        String id = s3.createMultipartUpload(
                        create -> create.bucket(to.bucket()).key(to.key()).contentType(CONTENT_TYPE))
                .uploadId();
        try {
            List<CompletedPart> parts = new ArrayList<>();
            for (long offset = 0; offset < size; offset += step) {
                long length = Math.min(step, size - offset);
                parts.add(uploadPart(file, offset, length, to, id, parts.size() + 1));
                progress.advance(length);
            }
            s3.completeMultipartUpload(complete ->
                    complete.bucket(to.bucket()).key(to.key()).uploadId(id).multipartUpload(all -> all.parts(parts)));
        } catch (SdkException | UncheckedIOException e) {
            abort(to, id, e);
            throw e;
        }
    }

    private CompletedPart uploadPart(Path file, long offset, long length, S3Address to, String id, int number) {
        RequestBody body = RequestBody.fromContentProvider(() -> open(file, offset, length), length, CONTENT_TYPE);
        var response = s3.uploadPart(
                part -> part.bucket(to.bucket()).key(to.key()).uploadId(id).partNumber(number), body);
        return CompletedPart.builder()
                .partNumber(number)
                .eTag(response.eTag())
                .checksumCRC32(response.checksumCRC32())
                .build();
    }

    private void abort(S3Address to, String id, RuntimeException reason) {
        try {
            s3.abortMultipartUpload(
                    abort -> abort.bucket(to.bucket()).key(to.key()).uploadId(id));
        } catch (SdkException e) {
            reason.addSuppressed(e);
        }
    }

    /** Opened anew for each attempt. */
    private static InputStream open(Path file, long offset, long length) {
        try {
            return new FileRegion(file, offset, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CommandException describe(SdkException failure, S3Address to) {
        if (failure instanceof S3Exception answered
                && AwsFailures.code(answered).equals("AccessDenied")) {
            return new CommandException(
                    ExitStatus.FAILED,
                    "access to " + to + " was denied",
                    "the bucket policy must allow s3:PutObject and s3:PutObjectAcl to you",
                    failure);
        }
        return AwsFailures.describe(failure, "S3", "uploading to " + to);
    }
}
