package dev.cloister.local.sigv4;

import dev.cloister.local.sigv4.SignatureRefusedException.Code;
import java.time.Duration;
import java.util.List;

/**
 * What a request says of its own signature, in its Authorization header or, when it was signed in advance, in its query.
 *
 * @param timestamp when it was signed, {@code yyyyMMdd'T'HHmmss'Z'}
 * @param token the session token
 * @param validity how long after that it is good
 * @param isPresigned whether it stands in the query
 */
record Claim(Authorization authorization, String timestamp, String token, Duration validity, boolean isPresigned) {
    static final String SIGNATURE_PARAMETER = "X-Amz-Signature";
    private static final Duration MAX_PRESIGNED = Duration.ofDays(7);

    static Claim ofHeaders(ReceivedRequest request) throws SignatureRefusedException {
        Authorization authorization = Authorization.parse(request.header("authorization")
                .orElseThrow(() -> new SignatureRefusedException(Code.MISSING, "Missing Authentication Token")));
        String timestamp = request.header(SigV4Verifier.DATE_HEADER)
                .orElseThrow(() ->
                        incomplete("Authorization header requires existence of exactly one 'X-Amz-Date' header."));
        String token = request.header(SigV4Verifier.TOKEN_HEADER).orElse("");
        return new Claim(authorization, timestamp, token, SigV4Verifier.MAX_SKEW, false);
    }

    static boolean isPresigned(ReceivedRequest request) {
        return request.parameter(SIGNATURE_PARAMETER).isPresent();
    }

    static Claim ofQuery(ReceivedRequest request) throws SignatureRefusedException {
        if (!parameter(request, "X-Amz-Algorithm").equals(Authorization.ALGORITHM)) {
            throw incomplete("X-Amz-Algorithm only supports \"" + Authorization.ALGORITHM + "\"");
        }
        Authorization authorization = Authorization.of(
                parameter(request, "X-Amz-Credential"),
                List.of(parameter(request, "X-Amz-SignedHeaders").split(";", -1)),
                parameter(request, SIGNATURE_PARAMETER));
        String seconds = parameter(request, "X-Amz-Expires");
        if (!seconds.matches("[0-9]{1,6}")
                || Duration.ofSeconds(Long.parseLong(seconds)).compareTo(MAX_PRESIGNED) > 0) {
            throw incomplete("X-Amz-Expires must be less than a week (in seconds) and at least 0");
        }
        return new Claim(
                authorization,
                parameter(request, "X-Amz-Date"),
                request.parameter("X-Amz-Security-Token").orElse(""),
                Duration.ofSeconds(Long.parseLong(seconds)),
                true);
    }

    private static String parameter(ReceivedRequest request, String name) throws SignatureRefusedException {
        return request.parameter(name)
                .orElseThrow(() -> incomplete("Query-string authentication requires exactly one '" + name + "'."));
    }

    private static SignatureRefusedException incomplete(String message) {
        return new SignatureRefusedException(Code.INCOMPLETE, message);
    }
}
