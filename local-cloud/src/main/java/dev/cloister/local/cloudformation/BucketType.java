package dev.cloister.local.cloudformation;

import dev.cloister.local.s3.Bucket;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code AWS::S3::Bucket}. */
final class BucketType implements ResourceType {
    private static final int MAX_NAME = 63;
    private static final String ENFORCED = "BucketOwnerEnforced";

    @Override
    public Set<String> properties() {
        return Set.of(
                "BucketName",
                "BucketEncryption",
                "LifecycleConfiguration",
                "LoggingConfiguration",
                "OwnershipControls",
                "PublicAccessBlockConfiguration",
                "VersioningConfiguration",
                "Tags");
    }

    @Override
    public Set<String> required() {
        return Set.of();
    }

    @Override
    public void check(ObjectNode properties) throws StackException {
        String ownership = properties
                .path("OwnershipControls")
                .path("Rules")
                .path(0)
                .path("ObjectOwnership")
                .asString(ENFORCED);
        if (!ownership.equals(ENFORCED)) {
            throw StackException.validation("the local cloud has no object ownership but " + ENFORCED);
        }
    }

    @Override
    public String create(Deployment deployment, String logicalId, ObjectNode properties) throws StackException {
        String name = properties
                .path("BucketName")
                .asString(deployment.generatedName(logicalId, MAX_NAME).toLowerCase(Locale.ROOT));
        deployment.require("s3:CreateBucket", "arn:aws:s3:::" + name);
        Bucket bucket =
                configured(Bucket.plain(name, deployment.account(), deployment.region(), deployment.now()), properties);
        try {
            if (!deployment.services().buckets().create(bucket)) {
                throw new StackException("AlreadyExists", name + " already exists");
            }
        } catch (IOException e) {
            throw new StackException("InternalError", "the bucket " + name + " cannot be made: " + e.getMessage());
        }
        return name;
    }

    private static Bucket configured(Bucket bucket, ObjectNode properties) {
        JsonNode rule = properties
                .path("BucketEncryption")
                .path("ServerSideEncryptionConfiguration")
                .path(0)
                .path("ServerSideEncryptionByDefault");
        boolean isVersioned = properties
                .path("VersioningConfiguration")
                .path("Status")
                .asString("")
                .equals("Enabled");
        return bucket.withEncryptionKey(
                        Optional.ofNullable(rule.path("KMSMasterKeyID").asString(null)))
                .withVersioning(isVersioned);
    }

    @Override
    public boolean mustReplace(ObjectNode before, ObjectNode after) {
        return ResourceType.differs("BucketName", before, after);
    }

    @Override
    public void update(Deployment deployment, String physicalId, ObjectNode before, ObjectNode after)
            throws StackException {
        Bucket bucket = BucketPolicyType.own(deployment, physicalId);
        deployment.require("s3:PutEncryptionConfiguration", bucket.arn(), bucket.policy());
        deployment.services().buckets().update(physicalId, current -> configured(current, after));
    }

    @Override
    public void delete(Deployment deployment, String physicalId, ObjectNode properties) throws StackException {
        Optional<Bucket> bucket = deployment.services().buckets().find(physicalId);
        if (bucket.isEmpty()) {
            return;
        }
        deployment.require("s3:DeleteBucket", bucket.get().arn(), bucket.get().policy());
        try {
            if (!deployment.services().buckets().delete(physicalId)) {
                throw new StackException(
                        "BucketNotEmpty", "The bucket you tried to delete is not empty: " + physicalId);
            }
        } catch (IOException e) {
            throw new StackException("InternalError", "the bucket cannot be deleted: " + e.getMessage());
        }
    }

    @Override
    public Map<String, String> attributes(String physicalId, ObjectNode properties, String account, String region) {
        return Map.of(
                "Arn",
                "arn:aws:s3:::" + physicalId,
                "DomainName",
                physicalId + ".s3.amazonaws.com",
                "RegionalDomainName",
                physicalId + ".s3." + region + ".amazonaws.com");
    }
}
