package dev.cloister.local.s3;

import dev.cloister.local.kms.KeyUse;
import dev.cloister.local.kms.KeyUseRefusedException;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.ConditionKeys;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Server-side encryption as far as it concerns who may do what: which key an upload asks for, whether its caller may use
 * that key, and the same again for whoever reads. Objects lie on this machine's disk as they came.
 */
final class Encryption {
    static final String HEADER = "x-amz-server-side-encryption";
    static final String KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id";
    /** Metadata of an object that its key is kept in; no client gets to see or set it. */
    static final String METADATA = "x-amz-meta-cloister-local-kms-key";

    private static final String KMS = "aws:kms";

    private final KeyUse keys;

    Encryption(KeyUse keys) {
        this.keys = keys;
    }

    /** Adds what an upload's headers say to the condition keys. */
    static void describe(S3Call call, Attributes.Builder attributes) {
        call.header(HEADER).ifPresent(value -> attributes.put(ConditionKeys.S3_ENCRYPTION, value));
        call.header(KEY_HEADER).ifPresent(value -> attributes.put(ConditionKeys.S3_ENCRYPTION_KEY, value));
        call.header("x-amz-acl").ifPresent(value -> attributes.put(ConditionKeys.S3_ACL, value));
    }

    /** The key a new object will lie under, once its caller was found to be allowed to use it; empty for S3's own. */
    Optional<String> forUpload(S3Call call, Bucket bucket) throws S3Exception {
        for (String header : call.head().headers().keySet()) {
            if (header.startsWith(HEADER + "-customer") || header.equals(HEADER + "-context")) {
                throw S3Exception.notImplemented("the header " + header);
            }
        }
        String algorithm = call.header(HEADER).orElse("");
        Optional<String> key = call.header(KEY_HEADER);
        switch (algorithm) {
            case "", "AES256" -> {
                if (key.isPresent()) {
                    throw S3Exception.invalid("Server Side Encryption with AWS KMS managed key requires HTTP header "
                            + HEADER + " : " + KMS);
                }
            }
            case KMS -> {}
            default -> throw S3Exception.invalid("The encryption method specified is not supported: " + algorithm);
        }
        if (algorithm.equals("AES256")) {
            return Optional.empty();
        }
        if (key.isEmpty()) {
            key = bucket.encryptionKey();
        }
        if (key.isEmpty() && algorithm.equals(KMS)) {
            throw new S3Exception(
                    400, "KMS.NotFoundException", "the local cloud has no AWS managed key aws/s3: name a key");
        }
        return key.isEmpty() ? key : Optional.of(use(call, bucket, key.get(), "GenerateDataKey"));
    }

    /** Refuses a caller who may not decrypt with the key that an object or an upload lies under. */
    void forRead(S3Call call, Bucket bucket, Optional<String> key) throws S3Exception {
        if (key.isPresent()) {
            use(call, bucket, key.get(), "Decrypt");
        }
    }

    private String use(S3Call call, Bucket bucket, String key, String operation) throws S3Exception {
        try {
            return keys.authorize(
                    call.caller(),
                    bucket.region(),
                    key,
                    operation,
                    Map.of("aws:s3:arn", bucket.arn() + "/" + call.key()),
                    "s3");
        } catch (KeyUseRefusedException e) {
            String message = String.valueOf(e.getMessage());
            throw e.isAccessDenied()
                    ? S3Exception.accessDenied(message)
                    : new S3Exception(400, "KMS." + e.code(), message);
        }
    }

    /** The headers by which an answer tells how an object is encrypted. */
    static Map<String, String> headers(Optional<String> key) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(HEADER, key.isPresent() ? KMS : "AES256");
        key.ifPresent(arn -> headers.put(KEY_HEADER, arn));
        return headers;
    }
}
