package dev.cloister.local.s3;

import dev.cloister.local.http.StreamAnswer;
import dev.cloister.local.xml.Xml;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** {@code POST /BUCKET?delete}: up to a thousand objects, each of which needs leave of its own. */
final class BatchDelete {
    private static final int MAX_DOCUMENT = 2 << 20;
    private static final int MAX_KEYS = 1000;

    private final S3Access access;
    private final Forwarder forwarder;

    BatchDelete(S3Access access, Forwarder forwarder) {
        this.access = access;
        this.forwarder = forwarder;
    }

    StreamAnswer run(S3Call call) throws S3Exception, IOException {
        Bucket bucket = access.bucket(call);
        Document document = BucketOperations.document(call.payload().readDocument(MAX_DOCUMENT));
        NodeList keys = document.getElementsByTagName("Key");
        if (keys.getLength() == 0 || keys.getLength() > MAX_KEYS) {
            throw new S3Exception(400, "MalformedXML", "There must be 1 to " + MAX_KEYS + " keys");
        }
        List<String> allowed = new ArrayList<>();
        StringBuilder refused = new StringBuilder();
        for (int i = 0; i < keys.getLength(); i++) {
            String key = keys.item(i).getTextContent();
            try {
                access.require(call, "s3:DeleteObject", bucket.arn() + "/" + key, bucket, call.attributes());
                allowed.add(key);
            } catch (S3Exception e) {
                refused.append("<Error>")
                        .append(Xml.element("Key", key))
                        .append(Xml.element("Code", e.code()))
                        .append(Xml.element("Message", String.valueOf(e.getMessage())))
                        .append("</Error>");
            }
        }
        StringBuilder deleted = new StringBuilder();
        for (String key : allowed) {
            forwarder.delete(new CopySource(bucket.name(), key));
            deleted.append("<Deleted>").append(Xml.element("Key", key)).append("</Deleted>");
        }
        boolean isQuiet = document.getElementsByTagName("Quiet").getLength() > 0
                && document.getElementsByTagName("Quiet")
                        .item(0)
                        .getTextContent()
                        .equals("true");
        return BucketOperations.xml("DeleteResult", (isQuiet ? "" : deleted.toString()) + refused);
    }
}
