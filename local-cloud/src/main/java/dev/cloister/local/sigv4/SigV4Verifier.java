package dev.cloister.local.sigv4;

import dev.cloister.local.account.Session;
import dev.cloister.local.account.Sessions;
import dev.cloister.local.account.TemporaryCredentials;
import dev.cloister.local.sigv4.SignatureRefusedException.Code;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks the signature of a request signed in its headers, by "Create a signed AWS API request" of the IAM user guide.
 * Stricter than some AWS services: every {@code x-amz-*} header must be signed, and a request without a session token
 * is refused, because every credential here is temporary.
 */
public final class SigV4Verifier {
    /** How far a request's date may lie from now, either way. */
    public static final Duration MAX_SKEW = Duration.ofMinutes(15);

    private static final String TOKEN_HEADER = "x-amz-security-token";
    private static final String DATE_HEADER = "x-amz-date";
    private static final String CONTENT_HASH_HEADER = "x-amz-content-sha256";
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withResolverStyle(ResolverStyle.STRICT);

    private final Sessions sessions;
    private final Set<String> regions;
    private final InstantSource clock;

    public SigV4Verifier(Sessions sessions, Set<String> regions, InstantSource clock) {
        this.sessions = sessions;
        this.regions = Set.copyOf(regions);
        this.clock = clock;
    }

    /**
     * Establishes who sent the request.
     *
     * @param service the service that the signature must be for, such as {@code kms}
     */
    public VerifiedRequest verify(ReceivedRequest request, String service) throws SignatureRefusedException {
        Authorization authorization = Authorization.parse(request.header("authorization")
                .orElseThrow(() -> new SignatureRefusedException(Code.MISSING, "Missing Authentication Token")));
        Session session = session(authorization, request);
        checkScope(authorization, service);
        String timestamp = checkTime(authorization, request);
        checkSignedHeaders(authorization, request);
        checkSignature(authorization, request, timestamp, session.credentials());
        return new VerifiedRequest(session.account(), authorization.accessKeyId(), authorization.region());
    }

    private Session session(Authorization authorization, ReceivedRequest request) throws SignatureRefusedException {
        Session session = sessions.find(authorization.accessKeyId()).orElseThrow(SigV4Verifier::unrecognized);
        byte[] expected = session.credentials().sessionToken().getBytes(StandardCharsets.UTF_8);
        byte[] token = request.header(TOKEN_HEADER).orElse("").getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(expected, token)) {
            throw unrecognized();
        }
        if (!clock.instant().isBefore(session.credentials().expiration())) {
            throw new SignatureRefusedException(Code.EXPIRED, "The security token included in the request is expired");
        }
        return session;
    }

    private void checkScope(Authorization authorization, String service) throws SignatureRefusedException {
        if (!authorization.service().equals(service)) {
            throw invalid("Credential should be scoped to correct service: '" + service + "'.");
        }
        if (!regions.contains(authorization.region())) {
            throw invalid("Credential should be scoped to a valid region.");
        }
    }

    private String checkTime(Authorization authorization, ReceivedRequest request) throws SignatureRefusedException {
        String timestamp = request.header(DATE_HEADER)
                .orElseThrow(() -> new SignatureRefusedException(
                        Code.INCOMPLETE,
                        "Authorization header requires existence of exactly one 'X-Amz-Date' header."));
        Instant sent;
        try {
            sent = LocalDateTime.parse(timestamp, TIMESTAMP).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new SignatureRefusedException(
                    Code.INCOMPLETE, "Date must be in ISO-8601 'basic format', as yyyyMMdd'T'HHmmss'Z'.");
        }
        Instant now = clock.instant();
        if (sent.isBefore(now.minus(MAX_SKEW))) {
            throw invalid("Signature expired: " + timestamp + " is now earlier than " + format(now.minus(MAX_SKEW))
                    + " (" + format(now) + " - 15 min.)");
        }
        if (sent.isAfter(now.plus(MAX_SKEW))) {
            throw invalid("Signature not yet current: " + timestamp + " is still later than "
                    + format(now.plus(MAX_SKEW)) + " (" + format(now) + " + 15 min.)");
        }
        if (!timestamp.startsWith(authorization.date()) || authorization.date().length() != 8) {
            throw invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.");
        }
        return timestamp;
    }

    private static void checkSignedHeaders(Authorization authorization, ReceivedRequest request)
            throws SignatureRefusedException {
        List<String> signed = authorization.signedHeaders();
        if (!signed.stream().sorted().distinct().toList().equals(signed)) {
            throw new SignatureRefusedException(Code.INCOMPLETE, "SignedHeaders is not sorted and without repetition.");
        }
        if (!signed.contains("host") || !signed.contains(DATE_HEADER)) {
            throw invalid("SignedHeaders must contain 'host' and 'x-amz-date'.");
        }
        for (String name : request.headers().keySet()) {
            if (name.startsWith("x-amz-") && !signed.contains(name)) {
                throw invalid("There were headers present in the request which were not signed: " + name);
            }
        }
        for (String name : signed) {
            if (!request.headers().containsKey(name)) {
                throw invalid("SignedHeaders names a header that the request does not have: " + name);
            }
        }
    }

    private static void checkSignature(
            Authorization authorization, ReceivedRequest request, String timestamp, TemporaryCredentials credentials)
            throws SignatureRefusedException {
        String payloadHash = sha256(request.body());
        if (!request.header(CONTENT_HASH_HEADER).orElse(payloadHash).equals(payloadHash)) {
            throw invalid("The provided 'x-amz-content-sha256' header does not match what was computed.");
        }
        String canonical = canonicalRequest(authorization, request, payloadHash);
        String toSign = String.join(
                "\n",
                Authorization.ALGORITHM,
                timestamp,
                authorization.scope(),
                sha256(canonical.getBytes(StandardCharsets.UTF_8)));
        byte[] key = ("AWS4" + credentials.secretAccessKey()).getBytes(StandardCharsets.UTF_8);
        for (String part : authorization.scope().split("/", -1)) {
            byte[] next = hmac(key, part);
            Arrays.fill(key, (byte) 0);
            key = next;
        }
        byte[] expected = hmac(key, toSign);
        Arrays.fill(key, (byte) 0);
        if (!MessageDigest.isEqual(expected, HexFormat.of().parseHex(authorization.signature()))) {
            throw invalid("The request signature we calculated does not match the signature you provided. Check your "
                    + "AWS Secret Access Key and signing method. Consult the service documentation for details.");
        }
    }

    private static String canonicalRequest(Authorization authorization, ReceivedRequest request, String payloadHash) {
        StringBuilder canonical = new StringBuilder(request.method()).append("\n/\n\n");
        Map<String, List<String>> headers = request.headers();
        for (String name : authorization.signedHeaders()) {
            String value = String.join(
                    ",",
                    headers.getOrDefault(name, List.of()).stream()
                            .map(one -> one.strip().replaceAll(" +", " "))
                            .toList());
            canonical.append(name).append(':').append(value).append('\n');
        }
        return canonical
                .append('\n')
                .append(String.join(";", authorization.signedHeaders()))
                .append('\n')
                .append(payloadHash)
                .toString();
    }

    private static String format(Instant instant) {
        return TIMESTAMP.format(instant.atOffset(ZoneOffset.UTC));
    }

    private static SignatureRefusedException invalid(String message) {
        return new SignatureRefusedException(Code.INVALID, message);
    }

    private static SignatureRefusedException unrecognized() {
        return new SignatureRefusedException(
                Code.UNRECOGNIZED, "The security token included in the request is invalid.");
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", e);
        }
    }
}
