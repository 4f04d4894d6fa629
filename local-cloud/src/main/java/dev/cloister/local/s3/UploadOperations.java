package dev.cloister.local.s3;

import dev.cloister.local.http.StreamAnswer;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.xml.Xml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.w3c.dom.NodeList;

/**
 * Uploads in parts. Each request of an upload is judged as a PutObject under what the upload began with; who sends parts
 * or completes it must be able to decrypt with its key, as S3 reads the parts again to put them together.
 */
final class UploadOperations {
    private static final int MAX_PARTS_DOCUMENT = 2 << 20;

    private final S3Access access;
    private final Encryption encryption;
    private final Forwarder forwarder;
    private final ObjectOperations objects;
    private final Uploads uploads = new Uploads();

    UploadOperations(S3Access access, Encryption encryption, Forwarder forwarder, ObjectOperations objects) {
        this.access = access;
        this.encryption = encryption;
        this.forwarder = forwarder;
        this.objects = objects;
    }

    StreamAnswer begin(S3Call call) throws S3Exception, IOException {
        Bucket bucket = access.bucket(call);
        Attributes.Builder attributes = call.attributes();
        Encryption.describe(call, attributes);
        access.require(call, "s3:PutObject", call.objectArn(), bucket, attributes);
        Ownership.requireNoAcl(call);
        Map<String, String> headers = forwarder.contentHeaders(call);
        Optional<String> key = encryption.forUpload(call, bucket);
        key.ifPresent(arn -> headers.put(Encryption.METADATA, arn));
        StreamAnswer answer = forwarder.forward(call, headers, call.payload());
        if (answer.status() != 200) {
            return answer;
        }
        byte[] body = answer.body().readAllBytes();
        NodeList id = BucketOperations.document(body).getElementsByTagName("UploadId");
        uploads.add(id.item(0).getTextContent(), new Uploads.Upload(call, key));
        StreamAnswer again = StreamAnswer.of(answer.status(), answer.headers(), body);
        return ObjectOperations.withEncryption(again, key);
    }

    StreamAnswer putPart(S3Call call) throws S3Exception, IOException {
        Uploads.Upload upload = allowed(call, "s3:PutObject");
        Map<String, String> headers = new TreeMap<>();
        Optional<String> source = call.header("x-amz-copy-source");
        if (source.isPresent()) {
            CopySource from = CopySource.parse(source.get());
            objects.requireReadable(call, from);
            headers.put("x-amz-copy-source", from.escaped());
            call.header("x-amz-copy-source-range").ifPresent(range -> headers.put("x-amz-copy-source-range", range));
        }
        return ObjectOperations.withEncryption(forwarder.forward(call, headers, call.payload()), upload.kmsKey());
    }

    StreamAnswer complete(S3Call call) throws S3Exception, IOException {
        Uploads.Upload upload = allowed(call, "s3:PutObject");
        byte[] parts = call.payload().readDocument(MAX_PARTS_DOCUMENT);
        StreamAnswer answer = forwarder.forward(call, Map.of(), withoutChecksums(parts));
        if (answer.status() == 200) {
            uploads.remove(call);
        }
        return ObjectOperations.withEncryption(answer, upload.kmsKey());
    }

    /** The backend knows the parts' ETags; the checksums have been checked part by part. */
    private static byte[] withoutChecksums(byte[] parts) throws S3Exception {
        NodeList list = BucketOperations.document(parts).getElementsByTagName("Part");
        StringBuilder text = new StringBuilder("<CompleteMultipartUpload>");
        for (int i = 0; i < list.getLength(); i++) {
            NodeList children = list.item(i).getChildNodes();
            text.append("<Part>");
            for (int j = 0; j < children.getLength(); j++) {
                String name = children.item(j).getNodeName();
                if (name.equals("PartNumber") || name.equals("ETag")) {
                    text.append(
                            Xml.element(name, children.item(j).getTextContent().strip()));
                }
            }
            text.append("</Part>");
        }
        return text.append("</CompleteMultipartUpload>").toString().getBytes(StandardCharsets.UTF_8);
    }

    StreamAnswer abort(S3Call call) throws S3Exception, IOException {
        Bucket bucket = access.bucket(call);
        access.require(call, "s3:AbortMultipartUpload", call.objectArn(), bucket, call.attributes());
        uploads.find(call);
        StreamAnswer answer = forwarder.forward(call, Map.of(), Payload.none());
        uploads.remove(call);
        return answer;
    }

    StreamAnswer listParts(S3Call call) throws S3Exception, IOException {
        Bucket bucket = access.bucket(call);
        access.require(call, "s3:ListMultipartUploadParts", call.objectArn(), bucket, call.attributes());
        uploads.find(call);
        return forwarder.forward(call, Map.of(), Payload.none());
    }

    private Uploads.Upload allowed(S3Call call, String action) throws S3Exception {
        Bucket bucket = access.bucket(call);
        Uploads.Upload upload = uploads.find(call);
        Attributes.Builder attributes = call.attributes();
        upload.describe(attributes);
        access.require(call, action, call.objectArn(), bucket, attributes);
        encryption.forRead(call, bucket, upload.kmsKey());
        return upload;
    }
}
