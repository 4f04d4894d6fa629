package dev.cloister.local.s3;

import dev.cloister.local.http.StreamRequest;
import dev.cloister.local.sigv4.ReceivedRequest;
import dev.cloister.local.sigv4.SignedStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The content of a request's body: decoded, and checked against the length, the hash and the checksums that the request
 * announces. The last bytes are not handed out before everything has been checked, so that nobody can mistake a body
 * that is not what was sent for a whole one.
 */
final class Payload extends InputStream {
    private static final String CHECKSUM_PREFIX = "x-amz-checksum-";

    /** What a checksum must come to; the expected value may be known only at the end. */
    private record Check(String header, Checksum checksum, Optional<String> expected, String error) {}

    private final InputStream in;
    private final @Nullable AwsChunkedBody chunks;
    private final List<Check> checks;
    private final long length;
    private long left;

    private Payload(InputStream in, @Nullable AwsChunkedBody chunks, List<Check> checks, long length) {
        this.in = in;
        this.chunks = chunks;
        this.checks = checks;
        this.length = length;
        this.left = length;
    }

    /** No content, of a request whose body nobody asks for. */
    static Payload none() {
        return new Payload(InputStream.nullInputStream(), null, List.of(), 0);
    }

    /** Opens the body of a request; one without a body has an empty one. */
    static Payload open(StreamRequest request, SignedStream signed) throws S3Exception {
        ReceivedRequest head = request.head();
        List<Check> checks = new ArrayList<>();
        // What completes an upload carries the checksum of the object, not that of its own body.
        boolean isAboutObject =
                head.method().equals("POST") && head.parameter("uploadId").isPresent();
        for (String name : head.headers().keySet()) {
            if (name.startsWith(CHECKSUM_PREFIX) && !isAboutObject) {
                Optional<Checksum> checksum = Checksum.named(name.substring(CHECKSUM_PREFIX.length()));
                checksum.ifPresent(one -> checks.add(new Check(name, one, head.header(name), "BadDigest")));
            }
        }
        head.header("content-md5")
                .ifPresent(
                        value -> checks.add(new Check("content-md5", Checksum.md5(), Optional.of(value), "BadDigest")));
        if (!signed.isChunked()) {
            if (!signed.payload().equals(SignedStream.UNSIGNED)) {
                checks.add(new Check(
                        "x-amz-content-sha256",
                        Checksum.payloadHash(),
                        Optional.of(signed.payload()),
                        "XAmzContentSHA256Mismatch"));
            }
            long length = head.headers().containsKey("transfer-encoding") ? -1 : length(head, "content-length", "0");
            if (length < 0) {
                throw new S3Exception(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
            }
            return new Payload(request.body(), null, checks, length);
        }
        boolean hasTrailer = !signed.payload().equals(SignedStream.SIGNED_CHUNKS);
        if (hasTrailer) {
            String trailer = head.header("x-amz-trailer").orElse("");
            Checksum checksum = trailer.startsWith(CHECKSUM_PREFIX)
                    ? Checksum.named(trailer.substring(CHECKSUM_PREFIX.length()))
                            .orElse(null)
                    : null;
            if (checksum == null) {
                throw S3Exception.invalid("The value specified in the x-amz-trailer header is not supported");
            }
            checks.add(new Check(trailer, checksum, Optional.empty(), "BadDigest"));
        }
        AwsChunkedBody chunks = new AwsChunkedBody(
                request.body(),
                signed.payload().equals(SignedStream.UNSIGNED_CHUNKS_AND_TRAILER)
                        ? Optional.empty()
                        : Optional.of(signed.chunkSignatures()),
                hasTrailer);
        return new Payload(chunks, chunks, checks, length(head, "x-amz-decoded-content-length", ""));
    }

    private static long length(ReceivedRequest head, String header, String otherwise) throws S3Exception {
        String text = head.header(header).orElse(otherwise);
        if (!text.matches("[0-9]{1,15}")) {
            throw new S3Exception(411, "MissingContentLength", "You must provide the " + header + " HTTP header.");
        }
        return Long.parseLong(text);
    }

    /** The content's length in bytes. */
    long length() {
        return length;
    }

    /** The whole content of a request whose body is a document. */
    byte[] readDocument(int maxBytes) throws IOException, S3Exception {
        if (length > maxBytes) {
            throw new S3Exception(400, "MaxMessageLengthExceeded", "Your request was too big.");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        transferTo(bytes);
        return bytes.toByteArray();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
        if (left < 0) {
            return -1;
        }
        int got = left == 0 ? 0 : in.read(buffer, offset, (int) Math.min(count, left));
        if (got < 0) {
            throw incomplete();
        }
        for (Check check : checks) {
            check.checksum().update(buffer, offset, got);
        }
        left -= got;
        if (left > 0) {
            return got;
        }
        finish();
        left = -1;
        return got == 0 ? -1 : got;
    }

    private void finish() throws BodyRefusedException, IOException {
        if (in.read() >= 0) {
            throw incomplete();
        }
        Map<String, String> trailers = chunks == null ? Map.of() : chunks.trailers();
        for (Check check : checks) {
            String expected = check.expected().orElse(trailers.getOrDefault(check.header(), ""));
            if (!expected.equals(check.checksum().value())) {
                throw new BodyRefusedException(new S3Exception(
                        400,
                        check.error(),
                        "The " + check.header() + " you specified did not match the calculated checksum."));
            }
        }
    }

    private static BodyRefusedException incomplete() {
        return new BodyRefusedException(new S3Exception(
                400,
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP header"));
    }
}
