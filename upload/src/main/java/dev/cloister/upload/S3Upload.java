package dev.cloister.upload;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadBucketResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Puts one object into a bucket of another account, in constant memory. After a failure the bucket holds no piece of it. */
public final class S3Upload {
    /** Below this size one request is enough. S3 takes up to 10000 parts of at least 5 MiB. */
    private static final long PART_BYTES = 16L << 20;

    private static final long MAX_PARTS = 10_000;
    private static final int CONCURRENCY = 4;

    private final S3Client s3;
    private final ObjectRequests requests;
    private final long partBytes;

    public S3Upload(S3Client s3, S3Address to, UploadTerms terms) {
        this(s3, to, terms, PART_BYTES);
    }

    S3Upload(S3Client s3, S3Address to, UploadTerms terms, long partBytes) {
        this.s3 = s3;
        this.requests = new ObjectRequests(to, terms);
        this.partBytes = partBytes;
    }

    /** What writes an object's bytes. */
    public interface Content {
        void writeTo(OutputStream out) throws CommandException, IOException;
    }

    /**
     * Looks whether the bucket is there, in this client's region, and can keep to the terms. Sends nothing.
     *
     * <p>Who may only put objects may not look at the bucket, and then hears of its region all the same.
     */
    public void check() throws CommandException {
        Region region = s3.serviceClientConfiguration().region();
        try {
            requests.terms().checkRegion(region);
            HeadBucketResponse bucket = s3.headBucket(requests.bucket());
            AwsFailures.refuseOtherRegion(requests.to(), bucket.bucketRegion(), region);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitStatus.FAILED, String.valueOf(e.getMessage()), "set AWS_REGION to the bucket's region", e);
        } catch (S3Exception e) {
            AwsFailures.refuseOtherRegion(requests.to(), AwsFailures.bucketRegion(e), region);
            // Without a body, these two do not say why; the first request that sends something will.
            if (e.statusCode() != 403 && e.statusCode() != 400) {
                throw failed(e);
            }
        } catch (SdkException e) {
            throw failed(e);
        }
    }

    /** Uploads a file, in one request or in parts whose size grows with it. */
    public Receipt file(Path file, Progress progress) throws CommandException, IOException {
        long size = Files.size(file);
        try {
            if (size <= partBytes) {
                Receipt receipt = Receipt.of(s3.putObject(requests.put(), RequestBody.fromFile(file)), size);
                progress.advance(size);
                return receipt;
            }
            return parts(file, size, progress);
        } catch (SdkException e) {
            throw failed(e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Receipt parts(Path file, long size, Progress progress) {
        long step = Math.max(partBytes, Math.ceilDiv(size, MAX_PARTS));
        try (MultipartUpload upload = new MultipartUpload(s3, requests, CONCURRENCY, progress)) {
            for (long offset = 0; offset < size; offset += step) {
                long start = offset;
                long length = Math.min(step, size - start);
                upload.send(
                        RequestBody.fromContentProvider(
                                () -> open(file, start, length), length, ObjectRequests.CONTENT_TYPE),
                        length);
            }
            return Receipt.of(upload.complete(), size);
        }
    }

    /** Uploads what is written while it is written; nothing of it is kept on disk. */
    public Receipt stream(Content content, Progress progress) throws CommandException, IOException {
        try (GrowingUpload out = new GrowingUpload(s3, requests, progress)) {
            content.writeTo(out);
            return out.finish();
        } catch (SdkException e) {
            throw failed(e);
        } catch (GrowingUpload.TooLargeException e) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    "it is too large to be uploaded while it is made",
                    "write a file with -o as well",
                    e);
        }
    }

    /**
     * Asks S3 for the object that it gave a receipt for.
     *
     * @return false where the bucket's owner lets nobody else look, and the receipt must do
     * @throws CommandException when the object is not there, or is another one
     */
    public boolean confirm(Receipt receipt) throws CommandException {
        try {
            HeadObjectResponse found = s3.headObject(requests.look());
            boolean isSame = Long.valueOf(receipt.size()).equals(found.contentLength())
                    && receipt.eTag().equals(found.eTag());
            if (!isSame) {
                throw new CommandException(
                        ExitStatus.FAILED,
                        requests.to() + " is not what was uploaded",
                        "someone else writes to that place; upload again, or elsewhere");
            }
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == 403) {
                return false;
            }
            throw failed(e);
        } catch (SdkException e) {
            throw failed(e);
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

    private CommandException failed(SdkException failure) {
        return AwsFailures.ofObject(
                failure, requests.to(), s3.serviceClientConfiguration().region());
    }
}
