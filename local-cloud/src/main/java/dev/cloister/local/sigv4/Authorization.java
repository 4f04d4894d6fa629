package dev.cloister.local.sigv4;

import dev.cloister.local.sigv4.SignatureRefusedException.Code;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The parts of an Authorization header:
 * {@code AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=a;b, Signature=HEX}.
 */
record Authorization(
        String accessKeyId, String date, String region, String service, List<String> signedHeaders, String signature) {
    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    static final String TERMINATOR = "aws4_request";
    private static final int MAX_LENGTH = 4096;
    private static final Pattern SIGNATURE = Pattern.compile("[0-9a-f]{64}");

    static Authorization parse(String header) throws SignatureRefusedException {
        if (header.length() > MAX_LENGTH) {
            throw incomplete("Authorization header is longer than " + MAX_LENGTH + " characters.");
        }
        if (!header.startsWith(ALGORITHM + " ")) {
            throw incomplete("Authorization header does not begin with '" + ALGORITHM + "'.");
        }
        Map<String, String> parts = new HashMap<>();
        for (String part : header.substring(ALGORITHM.length()).split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 0
                    || parts.put(
                                    part.substring(0, equals).strip(),
                                    part.substring(equals + 1).strip())
                            != null) {
                throw incomplete("Authorization header is not a list of distinct 'key=value' pairs.");
            }
        }
        String signature = part(parts, "Signature");
        String credential = part(parts, "Credential");
        List<String> signedHeaders = List.of(part(parts, "SignedHeaders").split(";", -1));
        if (parts.size() != 3) {
            throw incomplete("Authorization header has a part other than 'Credential', 'SignedHeaders', 'Signature'.");
        }
        return of(credential, signedHeaders, signature);
    }

    /** The same parts, wherever they stood. */
    static Authorization of(String credential, List<String> signedHeaders, String signature)
            throws SignatureRefusedException {
        String[] scope = credential.split("/", -1);
        if (scope.length != 5 || !scope[4].equals(TERMINATOR)) {
            throw incomplete("Credential must have exactly 5 slash-delimited elements, e.g. "
                    + "keyid/date/region/service/aws4_request.");
        }
        if (!SIGNATURE.matcher(signature).matches()) {
            throw incomplete("Signature is not 64 hexadecimal digits in lower case.");
        }
        return new Authorization(scope[0], scope[1], scope[2], scope[3], signedHeaders, signature);
    }

    /** {@code DATE/REGION/SERVICE/aws4_request}. */
    String scope() {
        return date + "/" + region + "/" + service + "/" + TERMINATOR;
    }

    private static String part(Map<String, String> parts, String name) throws SignatureRefusedException {
        String value = parts.get(name);
        if (value == null || value.isEmpty()) {
            throw incomplete("Authorization header requires '" + name + "' parameter.");
        }
        return value;
    }

    private static SignatureRefusedException incomplete(String message) {
        return new SignatureRefusedException(Code.INCOMPLETE, message);
    }
}
