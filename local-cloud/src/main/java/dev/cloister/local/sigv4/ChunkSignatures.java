package dev.cloister.local.sigv4;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Checks the chain of signatures over a body's chunks, by "Signature calculations for the authorization header:
 * transferring payload in multiple chunks" of the S3 API reference. The first link is the request's own signature.
 */
public final class ChunkSignatures {
    private static final String CHUNK = "AWS4-HMAC-SHA256-PAYLOAD";
    private static final String TRAILER = "AWS4-HMAC-SHA256-TRAILER";
    private static final String EMPTY_HASH = SigningKey.sha256(new byte[0]);

    private final Claim claim;
    private final String secretAccessKey;
    private String previous;

    ChunkSignatures(Claim claim, String secretAccessKey) {
        this.claim = claim;
        this.secretAccessKey = secretAccessKey;
        this.previous = claim.authorization().signature();
    }

    /** Whether a signature is that of the next chunk. */
    public boolean isNextChunk(byte[] chunk, String signature) {
        return isNext(CHUNK, EMPTY_HASH + "\n" + SigningKey.sha256(chunk), signature);
    }

    /**
     * Whether a signature is that of the lines behind the last chunk.
     *
     * @param lines {@code name:value} each with a line feed
     */
    public boolean isTrailer(String lines, String signature) {
        return isNext(TRAILER, SigningKey.sha256(lines.getBytes(StandardCharsets.UTF_8)), signature);
    }

    private boolean isNext(String algorithm, String rest, String signature) {
        String toSign = String.join(
                "\n", algorithm, claim.timestamp(), claim.authorization().scope(), previous, rest);
        try (SigningKey key =
                SigningKey.derive(secretAccessKey, claim.authorization().scope())) {
            previous = key.sign(toSign);
        }
        return MessageDigest.isEqual(
                previous.getBytes(StandardCharsets.UTF_8), signature.getBytes(StandardCharsets.UTF_8));
    }
}
