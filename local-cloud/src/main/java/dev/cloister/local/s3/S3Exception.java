package dev.cloister.local.s3;

import dev.cloister.local.xml.Xml;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A request that S3 refuses, by the names and statuses of "Error responses" of the S3 API reference. */
final class S3Exception extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;
    private final transient Map<String, String> details;

    S3Exception(int status, String code, String message) {
        this(status, code, message, Map.of());
    }

    /**
     * With further elements.
     *
     * @param details of the error's body
     */
    S3Exception(int status, String code, String message, Map<String, String> details) {
        super(message);
        this.status = status;
        this.code = code;
        this.details = Map.copyOf(details);
    }

    static S3Exception accessDenied(String message) {
        return new S3Exception(403, "AccessDenied", message);
    }

    static S3Exception invalid(String message) {
        return new S3Exception(400, "InvalidArgument", message);
    }

    static S3Exception notImplemented(String what) {
        return new S3Exception(501, "NotImplemented", "The local cloud does not implement " + what);
    }

    static S3Exception noSuchBucket(String bucket) {
        return new S3Exception(
                404, "NoSuchBucket", "The specified bucket does not exist", Map.of("BucketName", bucket));
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    Map<String, String> details() {
        return details;
    }

    byte[] body(String requestId) {
        Map<String, String> elements = new LinkedHashMap<>();
        elements.put("Code", code);
        elements.put("Message", String.valueOf(getMessage()));
        elements.putAll(details);
        elements.put("RequestId", requestId);
        return (Xml.DECLARATION + "<Error>" + Xml.elements(elements) + "</Error>").getBytes(StandardCharsets.UTF_8);
    }
}
