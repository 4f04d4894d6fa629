package dev.cloister.upload;

import dev.cloister.cli.Progress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * An object whose size nobody knows before its end. Parts are kept in memory while they are sent, never on disk: at
 * most three of at most 32 MiB, however large the object becomes. Closing it before {@link #finish} leaves nothing.
 */
final class GrowingUpload extends OutputStream {
    /** S3 takes up to 10000 parts of at least 5 MiB. These sizes let 288 GiB through, and begin small. */
    private static final int PART_BYTES = 8 << 20;

    private static final int MAX_PARTS = 10_000;
    private static final int PARTS_OF_ONE_SIZE = 1000;
    private static final int LARGEST_SHIFT = 2;
    private static final int CONCURRENCY = 2;

    /** More was written than the parts can hold. */
    static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1;
    }

    private final S3Client s3;
    private final ObjectRequests requests;
    private final Progress progress;
    private final int partBytes;
    private byte[] buffer;
    private int filled;
    private int sent;
    private long size;
    private @Nullable MultipartUpload parts;

    GrowingUpload(S3Client s3, ObjectRequests requests, Progress progress) {
        this(s3, requests, progress, PART_BYTES);
    }

    GrowingUpload(S3Client s3, ObjectRequests requests, Progress progress, int partBytes) {
        this.s3 = s3;
        this.requests = requests;
        this.progress = progress;
        this.partBytes = partBytes;
        this.buffer = new byte[partBytes];
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int left = length;
        while (left > 0) {
            if (filled == buffer.length) {
                sendPart();
                buffer = new byte[bytesOfPart(sent)];
            }
            int count = Math.min(left, buffer.length - filled);
            System.arraycopy(bytes, from, buffer, filled, count);
            filled += count;
            from += count;
            left -= count;
        }
        size += length;
    }

    private int bytesOfPart(int index) {
        return partBytes << Math.min(LARGEST_SHIFT, index / PARTS_OF_ONE_SIZE);
    }

    private void sendPart() throws IOException {
        if (sent == MAX_PARTS) {
            throw new TooLargeException();
        }
        if (parts == null) {
            parts = new MultipartUpload(s3, requests, CONCURRENCY, progress);
        }
        parts.send(body(buffer, filled), filled);
        sent++;
        filled = 0;
    }

    /** The array itself: nobody writes to it any more. */
    private static RequestBody body(byte[] bytes, int length) {
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(bytes, 0, length), length, ObjectRequests.CONTENT_TYPE);
    }

    /** Completes the object; an object that fits one part goes in one request. */
    Receipt finish() throws IOException {
        if (parts == null) {
            Receipt receipt = Receipt.of(s3.putObject(requests.put(), body(buffer, filled)), size);
            progress.advance(size);
            return receipt;
        }
        sendPart();
        return Receipt.of(parts.complete(), size);
    }

    @Override
    public void close() {
        if (parts != null) {
            parts.close();
        }
    }
}
