package dev.cloister.local.s3;

import dev.cloister.local.http.StreamAnswer;
import dev.cloister.local.policy.MalformedPolicyException;
import dev.cloister.local.xml.Xml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Buckets themselves: made and deleted, described, their policy. */
final class BucketOperations {
    private static final String NAMESPACE = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
    private static final String DEFAULT_REGION = "us-east-1";
    private static final int MAX_DOCUMENT = 65536;
    /** The parts of a bucket that requests name by a parameter. */
    static final Set<String> PARTS = Set.of("location", "policy", "versioning", "encryption", "ownershipControls");

    private final Buckets buckets;
    private final S3Access access;
    private final InstantSource clock;

    BucketOperations(Buckets buckets, S3Access access, InstantSource clock) {
        this.buckets = buckets;
        this.access = access;
        this.clock = clock;
    }

    StreamAnswer list(S3Call call) throws S3Exception {
        access.requireOnService(call, "s3:ListAllMyBuckets", "*");
        String account = call.caller().account();
        String all = buckets.list(account).stream()
                .map(bucket -> "<Bucket>" + Xml.element("Name", bucket.name())
                        + Xml.element("CreationDate", bucket.created().toString()) + "</Bucket>")
                .collect(Collectors.joining());
        return xml(
                "ListAllMyBucketsResult",
                "<Owner>" + Xml.element("ID", account) + "</Owner><Buckets>" + all + "</Buckets>");
    }

    StreamAnswer create(S3Call call) throws S3Exception, IOException {
        access.requireOnService(call, "s3:CreateBucket", "arn:aws:s3:::" + call.bucket());
        Ownership.requireNoAcl(call);
        if (!Buckets.NAME.matcher(call.bucket()).matches()) {
            throw new S3Exception(400, "InvalidBucketName", "The specified bucket is not valid.");
        }
        requireLocation(call);
        Bucket bucket = Bucket.plain(call.bucket(), call.caller().account(), call.region(), clock.instant());
        if (!buckets.create(bucket)) {
            boolean isOwn = buckets.find(call.bucket())
                    .filter(other -> other.account().equals(call.caller().account()))
                    .isPresent();
            throw isOwn
                    ? new S3Exception(
                            409,
                            "BucketAlreadyOwnedByYou",
                            "Your previous request to create the named bucket succeeded and you already own it.")
                    : new S3Exception(
                            409,
                            "BucketAlreadyExists",
                            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.");
        }
        return StreamAnswer.of(200, Map.of("Location", "/" + call.bucket()), new byte[0]);
    }

    private static void requireLocation(S3Call call) throws S3Exception, IOException {
        byte[] body = call.payload().readDocument(MAX_DOCUMENT);
        String location = body.length == 0 ? "" : text(document(body), "LocationConstraint");
        String asked = location.isEmpty() ? DEFAULT_REGION : location;
        if (!asked.equals(call.region())) {
            throw new S3Exception(
                    400,
                    "IllegalLocationConstraintException",
                    "The " + (location.isEmpty() ? "unspecified" : location) + " location constraint is incompatible "
                            + "for the region specific endpoint this request was sent to.");
        }
    }

    StreamAnswer delete(S3Call call) throws S3Exception, IOException {
        Bucket bucket = access.requireOnBucket(call, "s3:DeleteBucket");
        if (!buckets.delete(bucket.name())) {
            throw new S3Exception(409, "BucketNotEmpty", "The bucket you tried to delete is not empty");
        }
        return StreamAnswer.of(204, Map.of(), new byte[0]);
    }

    StreamAnswer head(S3Call call) throws S3Exception {
        access.requireOnBucket(call, "s3:ListBucket");
        return StreamAnswer.of(200, Map.of(), new byte[0]);
    }

    StreamAnswer get(S3Call call, String part) throws S3Exception {
        return switch (part) {
            case "location" -> location(access.requireOnBucket(call, "s3:GetBucketLocation"));
            case "versioning" -> versioning(access.requireOnBucket(call, "s3:GetBucketVersioning"));
            case "encryption" -> encryption(access.requireOnBucket(call, "s3:GetEncryptionConfiguration"));
            case "ownershipControls" -> {
                access.requireOnBucket(call, "s3:GetBucketOwnershipControls");
                yield ownership();
            }
            default -> policy(access.requireOnBucket(call, "s3:GetBucketPolicy"));
        };
    }

    private static StreamAnswer location(Bucket bucket) {
        return xml("LocationConstraint", bucket.region().equals(DEFAULT_REGION) ? "" : bucket.region());
    }

    private static StreamAnswer versioning(Bucket bucket) {
        return xml("VersioningConfiguration", bucket.isVersioned() ? Xml.element("Status", "Enabled") : "");
    }

    private static StreamAnswer encryption(Bucket bucket) {
        String key = bucket.encryptionKey()
                .map(arn -> Xml.element("KMSMasterKeyID", arn))
                .orElse("");
        String rule = Xml.element("SSEAlgorithm", key.isEmpty() ? "AES256" : "aws:kms") + key;
        return xml(
                "ServerSideEncryptionConfiguration",
                "<Rule><ApplyServerSideEncryptionByDefault>" + rule + "</ApplyServerSideEncryptionByDefault></Rule>");
    }

    private static StreamAnswer ownership() {
        return xml("OwnershipControls", "<Rule>" + Xml.element("ObjectOwnership", "BucketOwnerEnforced") + "</Rule>");
    }

    private static StreamAnswer policy(Bucket bucket) throws S3Exception {
        String policy = bucket.policyText()
                .orElseThrow(() -> new S3Exception(404, "NoSuchBucketPolicy", "The bucket policy does not exist"));
        return StreamAnswer.of(
                200, Map.of("Content-Type", "application/json"), policy.getBytes(StandardCharsets.UTF_8));
    }

    StreamAnswer put(S3Call call, String part) throws S3Exception, IOException {
        switch (part) {
            case "policy" -> {
                Bucket bucket = access.requireOnBucket(call, "s3:PutBucketPolicy");
                String policy = new String(call.payload().readDocument(MAX_DOCUMENT), StandardCharsets.UTF_8);
                try {
                    Buckets.checkPolicy(bucket.name(), policy);
                } catch (MalformedPolicyException e) {
                    throw new S3Exception(400, "MalformedPolicy", String.valueOf(e.getMessage()));
                }
                buckets.update(bucket.name(), current -> current.withPolicy(Optional.of(policy)));
            }
            case "versioning" -> {
                Bucket bucket = access.requireOnBucket(call, "s3:PutBucketVersioning");
                String status = text(document(call.payload().readDocument(MAX_DOCUMENT)), "Status");
                buckets.update(bucket.name(), current -> current.withVersioning(status.equals("Enabled")));
            }
            default -> throw S3Exception.notImplemented("PUT of a bucket's " + part);
        }
        return StreamAnswer.of(200, Map.of(), new byte[0]);
    }

    StreamAnswer deletePolicy(S3Call call) throws S3Exception {
        Bucket bucket = access.requireOnBucket(call, "s3:DeleteBucketPolicy");
        buckets.update(bucket.name(), current -> current.withPolicy(Optional.empty()));
        return StreamAnswer.of(204, Map.of(), new byte[0]);
    }

    static Document document(byte[] body) throws S3Exception {
        try {
            return Xml.parse(body);
        } catch (IOException e) {
            throw new S3Exception(
                    400,
                    "MalformedXML",
                    "The XML you provided was not well-formed or did not validate against our published schema");
        }
    }

    private static String text(Document document, String element) {
        NodeList found = document.getElementsByTagName(element);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent().strip();
    }

    static StreamAnswer xml(String root, String content) {
        String body = Xml.DECLARATION + "<" + root + NAMESPACE + ">" + content + "</" + root + ">";
        return StreamAnswer.of(200, Map.of("Content-Type", "application/xml"), body.getBytes(StandardCharsets.UTF_8));
    }
}
