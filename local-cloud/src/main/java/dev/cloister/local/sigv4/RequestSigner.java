package dev.cloister.local.sigv4;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;

/** Signs requests to S3 whose body the signature leaves out, under a secret of its own. */
public final class RequestSigner {
    private static final int SECRET_BYTES = 30;
    private static final String REGION = "us-east-1";
    private static final String SIGNED_HEADERS = "host;x-amz-content-sha256;x-amz-date";
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final String accessKeyId;
    private final String secretAccessKey;

    private RequestSigner(String accessKeyId, String secretAccessKey) {
        this.accessKeyId = accessKeyId;
        this.secretAccessKey = secretAccessKey;
    }

    /** With a secret that nobody else knows. */
    public static RequestSigner withNewSecret(SecureRandom random) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return new RequestSigner("internal", HexFormat.of().formatHex(secret));
    }

    public String accessKeyId() {
        return accessKeyId;
    }

    public String secretAccessKey() {
        return secretAccessKey;
    }

    /**
     * The headers that make a request authentic; the header {@code host} is the client's to send.
     *
     * @param target path and query, escaped
     */
    public Map<String, String> sign(String method, String target, String host, Instant now) {
        String timestamp = TIMESTAMP.format(now);
        String scope = timestamp.substring(0, 8) + "/" + REGION + "/s3/" + Authorization.TERMINATOR;
        ReceivedRequest request = new ReceivedRequest(method, target, Map.of(), new byte[0]);
        String canonical = String.join(
                "\n",
                method,
                CanonicalUri.encode(CanonicalUri.decode(request.rawPath()), true),
                CanonicalUri.query(request.rawQuery(), ""),
                "host:" + host,
                "x-amz-content-sha256:" + SignedStream.UNSIGNED,
                "x-amz-date:" + timestamp,
                "",
                SIGNED_HEADERS,
                SignedStream.UNSIGNED);
        String toSign = String.join(
                "\n",
                Authorization.ALGORITHM,
                timestamp,
                scope,
                SigningKey.sha256(canonical.getBytes(StandardCharsets.UTF_8)));
        try (SigningKey key = SigningKey.derive(secretAccessKey, scope)) {
            return Map.of(
                    "x-amz-date",
                    timestamp,
                    "x-amz-content-sha256",
                    SignedStream.UNSIGNED,
                    "Authorization",
                    Authorization.ALGORITHM + " Credential=" + accessKeyId + "/" + scope + ", SignedHeaders="
                            + SIGNED_HEADERS + ", Signature=" + key.sign(toSign));
        }
    }
}
