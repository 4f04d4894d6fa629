package dev.cloister.local.sigv4;

import dev.cloister.local.account.Session;
import dev.cloister.local.account.Sessions;
import dev.cloister.local.sigv4.SignatureRefusedException.Code;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks the signature of a request, by "Create a signed AWS API request" of the IAM user guide.
 * Stricter than some AWS services: every {@code x-amz-*} header must be signed, and a request without a session token
 * is refused, because every credential here is temporary.
 */
public final class SigV4Verifier {
    /** How far a request's date may lie from now, either way. */
    public static final Duration MAX_SKEW = Duration.ofMinutes(15);

    static final String TOKEN_HEADER = "x-amz-security-token";
    static final String DATE_HEADER = "x-amz-date";
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
     * Establishes who sent a request whose whole body is there.
     *
     * @param service the service that the signature must be for, such as {@code kms}
     */
    public VerifiedRequest verify(ReceivedRequest request, String service) throws SignatureRefusedException {
        String payloadHash = SigningKey.sha256(request.body());
        if (!request.header(CONTENT_HASH_HEADER).orElse(payloadHash).equals(payloadHash)) {
            throw invalid("The provided 'x-amz-content-sha256' header does not match what was computed.");
        }
        return verify(request, service, Claim.ofHeaders(request), payloadHash).verified();
    }

    /**
     * Establishes who sent a request whose body is still to be read, as S3 does: the body is what the answer's payload
     * says. A request that was signed in advance, in its query, is taken as well.
     */
    public SignedStream verifyStream(ReceivedRequest request, String service) throws SignatureRefusedException {
        if (Claim.isPresigned(request)) {
            return verify(request, service, Claim.ofQuery(request), SignedStream.UNSIGNED);
        }
        Claim claim = Claim.ofHeaders(request);
        String payload = request.header(CONTENT_HASH_HEADER)
                .orElseThrow(() -> new SignatureRefusedException(
                        Code.INCOMPLETE, "Missing required header for this request: x-amz-content-sha256"));
        return verify(request, service, claim, payload);
    }

    private SignedStream verify(ReceivedRequest request, String service, Claim claim, String payload)
            throws SignatureRefusedException {
        Authorization authorization = claim.authorization();
        Session session = session(claim);
        checkScope(authorization, service);
        checkTime(claim);
        checkSignedHeaders(claim, request);
        String canonical = canonicalRequest(claim, request, payload);
        String toSign = String.join(
                "\n",
                Authorization.ALGORITHM,
                claim.timestamp(),
                authorization.scope(),
                SigningKey.sha256(canonical.getBytes(StandardCharsets.UTF_8)));
        String expected;
        try (SigningKey key = SigningKey.derive(session.credentials().secretAccessKey(), authorization.scope())) {
            expected = key.sign(toSign);
        }
        if (!isEqual(expected, authorization.signature())) {
            throw invalid("The request signature we calculated does not match the signature you provided. Check your "
                    + "AWS Secret Access Key and signing method. Consult the service documentation for details.");
        }
        return new SignedStream(
                new VerifiedRequest(
                        session.account(), session.caller(), authorization.accessKeyId(), authorization.region()),
                payload,
                claim,
                session.credentials().secretAccessKey());
    }

    private Session session(Claim claim) throws SignatureRefusedException {
        Session session = sessions.find(claim.authorization().accessKeyId()).orElseThrow(SigV4Verifier::unrecognized);
        if (!isEqual(session.credentials().sessionToken(), claim.token())) {
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

    private void checkTime(Claim claim) throws SignatureRefusedException {
        String timestamp = claim.timestamp();
        Instant sent;
        try {
            sent = LocalDateTime.parse(timestamp, TIMESTAMP).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new SignatureRefusedException(
                    Code.INCOMPLETE, "Date must be in ISO-8601 'basic format', as yyyyMMdd'T'HHmmss'Z'.");
        }
        Instant now = clock.instant();
        if (sent.isBefore(now.minus(claim.validity()))) {
            throw invalid("Signature expired: " + timestamp + " is now earlier than "
                    + format(now.minus(claim.validity())) + " (" + format(now) + " - "
                    + claim.validity().toMinutes() + " min.)");
        }
        if (sent.isAfter(now.plus(MAX_SKEW))) {
            throw invalid("Signature not yet current: " + timestamp + " is still later than "
                    + format(now.plus(MAX_SKEW)) + " (" + format(now) + " + 15 min.)");
        }
        String date = claim.authorization().date();
        if (!timestamp.startsWith(date) || date.length() != 8) {
            throw invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.");
        }
    }

    private static void checkSignedHeaders(Claim claim, ReceivedRequest request) throws SignatureRefusedException {
        List<String> signed = claim.authorization().signedHeaders();
        if (!signed.stream().sorted().distinct().toList().equals(signed)) {
            throw new SignatureRefusedException(Code.INCOMPLETE, "SignedHeaders is not sorted and without repetition.");
        }
        if (!signed.contains("host") || !(claim.isPresigned() || signed.contains(DATE_HEADER))) {
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

    private static String canonicalRequest(Claim claim, ReceivedRequest request, String payloadHash) {
        StringBuilder canonical = new StringBuilder(request.method())
                .append('\n')
                .append(CanonicalUri.encode(CanonicalUri.decode(request.rawPath()), true))
                .append('\n')
                .append(CanonicalUri.query(request.rawQuery(), Claim.SIGNATURE_PARAMETER))
                .append('\n');
        Map<String, List<String>> headers = request.headers();
        for (String name : claim.authorization().signedHeaders()) {
            String value = String.join(
                    ",",
                    headers.getOrDefault(name, List.of()).stream()
                            .map(one -> one.strip().replaceAll(" +", " "))
                            .toList());
            canonical.append(name).append(':').append(value).append('\n');
        }
        return canonical
                .append('\n')
                .append(String.join(";", claim.authorization().signedHeaders()))
                .append('\n')
                .append(payloadHash)
                .toString();
    }

    private static boolean isEqual(String expected, String given) {
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
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
}
