package dev.cloister.local.sigv4;

import java.util.Set;

/**
 * A request whose head is authentic and whose body is still to be read.
 *
 * @see ChunkSignatures
 */
public final class SignedStream {
    /** Of a body that the signature says nothing about. */
    public static final String UNSIGNED = "UNSIGNED-PAYLOAD";

    /** Of a body in chunks, each signed. */
    public static final String SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";

    /** Of a body in chunks, each signed, with checksums behind them that are signed as well. */
    public static final String SIGNED_CHUNKS_AND_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

    /** Of a body in chunks that are not signed, with checksums behind them. */
    public static final String UNSIGNED_CHUNKS_AND_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    private static final Set<String> CHUNKED =
            Set.of(SIGNED_CHUNKS, SIGNED_CHUNKS_AND_TRAILER, UNSIGNED_CHUNKS_AND_TRAILER);

    private final VerifiedRequest verified;
    private final String payload;
    private final Claim claim;
    private final String secretAccessKey;

    SignedStream(VerifiedRequest verified, String payload, Claim claim, String secretAccessKey) {
        this.verified = verified;
        this.payload = payload;
        this.claim = claim;
        this.secretAccessKey = secretAccessKey;
    }

    public VerifiedRequest verified() {
        return verified;
    }

    /** One of the constants above, or the SHA-256 of the body in hexadecimal digits. */
    public String payload() {
        return payload;
    }

    /** Whether it was signed in its query. */
    public boolean isPresigned() {
        return claim.isPresigned();
    }

    /** Whether the body is in chunks. */
    public boolean isChunked() {
        return CHUNKED.contains(payload);
    }

    /** What checks the chunks of a body whose chunks are signed. */
    public ChunkSignatures chunkSignatures() {
        return new ChunkSignatures(claim, secretAccessKey);
    }
}
