package dev.cloister.local.s3;

import dev.cloister.local.sigv4.CanonicalUri;

/** What the header {@code x-amz-copy-source} names: {@code BUCKET/KEY}, escaped, with or without a slash in front. */
record CopySource(String bucket, String key) {
    static CopySource parse(String header) throws S3Exception {
        String text = CanonicalUri.decode(header.startsWith("/") ? header.substring(1) : header);
        int slash = text.indexOf('/');
        if (slash <= 0 || slash == text.length() - 1 || header.contains("?versionId=")) {
            throw S3Exception.invalid("Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
        }
        return new CopySource(text.substring(0, slash), text.substring(slash + 1));
    }

    String escaped() {
        return CanonicalUri.encode("/" + bucket + "/" + key, true);
    }
}
