package dev.cloister.upload;

import dev.cloister.cli.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * One multipart upload, a few parts at a time. Closed before it is complete it is aborted, and so it is at the end of
 * the process, by a signal too: the bucket keeps no part.
 */
final class MultipartUpload implements AutoCloseable {
    /** The abort failed as well, so parts may be left. */
    static final class PartsLeftException extends RuntimeException {
        private static final long serialVersionUID = 1;

        PartsLeftException(SdkException cause) {
            super(cause);
        }
    }

    private static final Duration LAST_PARTS = Duration.ofSeconds(10);

    private final S3Client s3;
    private final ObjectRequests requests;
    private final Progress progress;
    private final String id;
    private final Semaphore room;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<CompletedPart>> parts = new ArrayList<>();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final Thread cleaner = new Thread(this::abort);
    private boolean open = true;

    /**
     * Begins an upload.
     *
     * @param concurrency how many parts may be under way at a time
     */
    MultipartUpload(S3Client s3, ObjectRequests requests, int concurrency, Progress progress) {
        this.s3 = s3;
        this.requests = requests;
        this.progress = progress;
        this.room = new Semaphore(concurrency);
        this.id = s3.createMultipartUpload(requests.create()).uploadId();
        Runtime.getRuntime().addShutdownHook(cleaner);
    }

    /**
     * Sends the next part; waits while as many as may be are under way.
     *
     * @param body can be read again for another attempt, and stays as it is until this upload is closed
     * @throws RuntimeException the failure of this or an earlier part
     */
    void send(RequestBody body, long length) {
        room.acquireUninterruptibly();
        RuntimeException earlier = failure.get();
        if (earlier != null) {
            room.release();
            throw earlier;
        }
        int number = parts.size() + 1;
        parts.add(threads.submit(() -> sendPart(body, length, number)));
    }

    private CompletedPart sendPart(RequestBody body, long length, int number) {
        try {
            UploadPartResponse response = s3.uploadPart(requests.part(id, number), body);
            synchronized (progress) {
                progress.advance(length);
            }
            return CompletedPart.builder()
                    .partNumber(number)
                    .eTag(response.eTag())
                    .checksumSHA256(response.checksumSHA256())
                    .build();
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
            throw e;
        } finally {
            room.release();
        }
    }

    /** Waits for all parts and makes them one object. */
    CompleteMultipartUploadResponse complete() {
        List<CompletedPart> sent = new ArrayList<>();
        for (Future<CompletedPart> part : parts) {
            sent.add(finished(part));
        }
        CompleteMultipartUploadResponse response = s3.completeMultipartUpload(requests.complete(id, sent));
        synchronized (this) {
            open = false;
        }
        return response;
    }

    private CompletedPart finished(Future<CompletedPart> part) {
        try {
            return part.get();
        } catch (ExecutionException e) {
            RuntimeException first = failure.get();
            throw first != null ? first : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private synchronized void abort() {
        if (!open) {
            return;
        }
        open = false;
        // A part that arrives after the abort would stay, so none may be under way.
        threads.shutdownNow();
        try {
            threads.awaitTermination(LAST_PARTS.toSeconds(), TimeUnit.SECONDS);
            s3.abortMultipartUpload(requests.abort(id));
        } catch (NoSuchUploadException e) {
            // Nothing is left of it, which is what was wanted.
        } catch (SdkException e) {
            throw new PartsLeftException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(cleaner);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook does what is to be done.
            return;
        }
        abort();
        threads.close();
    }
}
