package dev.cloister.local.s3;

import dev.cloister.local.http.StreamRequest;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.Caller;
import dev.cloister.local.policy.ConditionKeys;
import dev.cloister.local.sigv4.CanonicalUri;
import dev.cloister.local.sigv4.ReceivedRequest;
import dev.cloister.local.sigv4.SignedStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** One authentic request, taken apart: {@code /BUCKET/KEY?PARAMETERS}. */
final class S3Call {
    private final StreamRequest request;
    private final SignedStream signed;
    private final String bucket;
    private final String key;
    private final Map<String, String> parameters;

    private S3Call(
            StreamRequest request, SignedStream signed, String bucket, String key, Map<String, String> parameters) {
        this.request = request;
        this.signed = signed;
        this.bucket = bucket;
        this.key = key;
        this.parameters = parameters;
    }

    static S3Call of(StreamRequest request, SignedStream signed) throws S3Exception {
        String path = CanonicalUri.decode(request.head().rawPath()).substring(1);
        int slash = path.indexOf('/');
        Map<String, String> parameters = new LinkedHashMap<>();
        for (Map.Entry<String, String> parameter :
                CanonicalUri.parameters(request.head().rawQuery())) {
            boolean isSignature = parameter.getKey().startsWith("X-Amz-") && signed.isPresigned();
            if (!isSignature && parameters.put(parameter.getKey(), parameter.getValue()) != null) {
                throw S3Exception.invalid("The parameter " + parameter.getKey() + " stands there twice");
            }
        }
        return new S3Call(
                request,
                signed,
                slash < 0 ? path : path.substring(0, slash),
                slash < 0 ? "" : path.substring(slash + 1),
                parameters);
    }

    ReceivedRequest head() {
        return request.head();
    }

    String method() {
        return request.head().method();
    }

    /** Empty where the request is about no bucket. */
    String bucket() {
        return bucket;
    }

    /** Empty where the request is about the bucket itself. */
    String key() {
        return key;
    }

    Caller caller() {
        return signed.verified().caller();
    }

    String region() {
        return signed.verified().region();
    }

    boolean has(String parameter) {
        return parameters.containsKey(parameter);
    }

    Map<String, String> parameters() {
        return parameters;
    }

    Optional<String> header(String lowerCaseName) {
        return request.head().header(lowerCaseName);
    }

    String objectArn() {
        return "arn:aws:s3:::" + bucket + "/" + key;
    }

    /** The body's content. */
    Payload payload() throws S3Exception {
        return Payload.open(request, signed);
    }

    /** What every request says under the condition keys. */
    Attributes.Builder attributes() {
        return Attributes.builder()
                .put(ConditionKeys.PRINCIPAL_ARN, caller().roleArn())
                .put(ConditionKeys.PRINCIPAL_ACCOUNT, caller().account())
                .put(ConditionKeys.PRINCIPAL_TYPE, caller().principalType())
                .put(ConditionKeys.PRINCIPAL_IS_AWS_SERVICE, "false")
                .put(ConditionKeys.REQUESTED_REGION, region())
                .put(ConditionKeys.SECURE_TRANSPORT, Boolean.toString(request.isSecure()))
                .put(ConditionKeys.VIA_AWS_SERVICE, "false")
                .put(ConditionKeys.S3_SIGNATURE_VERSION, "AWS4-HMAC-SHA256")
                .put(ConditionKeys.S3_AUTH_TYPE, signed.isPresigned() ? "REST-QUERY-STRING" : "REST-HEADER")
                .put(ConditionKeys.S3_CONTENT_HASH, signed.payload());
    }
}
