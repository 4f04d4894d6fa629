package dev.cloister.local.s3;

import dev.cloister.local.policy.Attributes;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Multipart uploads under way. Encryption and access are asked for when an upload begins, and its parts are judged by
 * what was asked for then. They are gone with a restart.
 */
final class Uploads {
    private final Map<String, Upload> byId = new ConcurrentHashMap<>();

    /**
     * An upload.
     *
     * @param beginning the request it began with
     * @param kmsKey the key its object will lie under
     */
    record Upload(S3Call beginning, Optional<String> kmsKey) {
        /** What the beginning said under the condition keys that parts do not speak of. */
        void describe(Attributes.Builder attributes) {
            Encryption.describe(beginning, attributes);
        }
    }

    void add(String id, Upload upload) {
        byId.put(id, upload);
    }

    /** The upload that a call is about. */
    Upload find(S3Call call) throws S3Exception {
        Upload upload = byId.get(call.parameters().getOrDefault("uploadId", ""));
        if (upload == null
                || !upload.beginning().bucket().equals(call.bucket())
                || !upload.beginning().key().equals(call.key())) {
            throw new S3Exception(
                    404,
                    "NoSuchUpload",
                    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been "
                            + "aborted or completed.");
        }
        return upload;
    }

    void remove(S3Call call) {
        byId.remove(call.parameters().getOrDefault("uploadId", ""));
    }
}
