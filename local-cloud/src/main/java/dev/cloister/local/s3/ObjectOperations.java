package dev.cloister.local.s3;

import dev.cloister.local.http.StreamAnswer;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.ConditionKeys;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Objects: put, copied, read, deleted. */
final class ObjectOperations {
    private final S3Access access;
    private final Encryption encryption;
    private final Forwarder forwarder;

    ObjectOperations(S3Access access, Encryption encryption, Forwarder forwarder) {
        this.access = access;
        this.encryption = encryption;
        this.forwarder = forwarder;
    }

    StreamAnswer put(S3Call call) throws S3Exception, IOException {
        Bucket bucket = access.bucket(call);
        Attributes.Builder attributes = call.attributes();
        Encryption.describe(call, attributes);
        Optional<String> source = call.header("x-amz-copy-source");
        source.ifPresent(value -> attributes.put(ConditionKeys.S3_COPY_SOURCE, value));
        access.require(call, "s3:PutObject", call.objectArn(), bucket, attributes);
        Ownership.requireNoAcl(call);
        Map<String, String> headers =
                source.isPresent() ? copied(call, CopySource.parse(source.get())) : forwarder.contentHeaders(call);
        Optional<String> key = encryption.forUpload(call, bucket);
        key.ifPresent(arn -> headers.put(Encryption.METADATA, arn));
        StreamAnswer answer = forwarder.forward(call, headers, call.payload());
        return withEncryption(answer, key);
    }

    /** The headers of a copy: metadata of the source or new one, and never the source's encryption. */
    private Map<String, String> copied(S3Call call, CopySource source) throws S3Exception, IOException {
        requireReadable(call, source);
        Map<String, String> headers = new TreeMap<>();
        if (call.header("x-amz-metadata-directive").orElse("COPY").equals("COPY")) {
            Backend.Reply original = forwarder.describe(source);
            Forwarder.CONTENT_HEADERS.forEach(name -> {
                String value = original.headers().get(name);
                if (value != null) {
                    headers.put(name, value);
                }
            });
            original.headers().forEach((name, value) -> {
                if (name.startsWith(Forwarder.METADATA_PREFIX) && !name.equals(Encryption.METADATA)) {
                    headers.put(name, value);
                }
            });
        } else {
            headers.putAll(forwarder.contentHeaders(call));
        }
        headers.put("x-amz-copy-source", source.escaped());
        headers.put("x-amz-metadata-directive", "REPLACE");
        return headers;
    }

    /** Refuses a copy from what its caller may not read. */
    void requireReadable(S3Call call, CopySource source) throws S3Exception, IOException {
        Bucket bucket = access.source(call, source.bucket());
        access.require(call, "s3:GetObject", bucket.arn() + "/" + source.key(), bucket, call.attributes());
        encryption.forRead(call, bucket, Forwarder.kmsKey(forwarder.describe(source)));
    }

    StreamAnswer read(S3Call call) throws S3Exception, IOException {
        Bucket bucket = access.bucket(call);
        access.require(call, "s3:GetObject", call.objectArn(), bucket, call.attributes());
        Backend.Reply reply = forwarder.exchange(call, forwarder.readHeaders(call), InputStream.nullInputStream(), 0);
        boolean isServed = false;
        try {
            Optional<String> key = Forwarder.kmsKey(reply);
            if (call.method().equals("GET")) {
                encryption.forRead(call, bucket, key);
            }
            StreamAnswer answer = forwarder.answer(reply);
            isServed = true;
            return reply.status() < 300 ? withEncryption(answer, key) : answer;
        } finally {
            if (!isServed) {
                reply.body().close();
            }
        }
    }

    StreamAnswer delete(S3Call call) throws S3Exception, IOException {
        Bucket bucket = access.bucket(call);
        access.require(call, "s3:DeleteObject", call.objectArn(), bucket, call.attributes());
        return forwarder.forward(call, Map.of(), Payload.none());
    }

    static StreamAnswer withEncryption(StreamAnswer answer, Optional<String> key) {
        StreamAnswer told = answer;
        if (answer.status() < 300) {
            for (Map.Entry<String, String> header : Encryption.headers(key).entrySet()) {
                told = told.with(header.getKey(), header.getValue());
            }
        }
        return told;
    }
}
