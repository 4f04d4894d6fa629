package dev.cloister.local.cloudformation;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.policy.MalformedPolicyException;
import dev.cloister.local.s3.Bucket;
import dev.cloister.local.s3.Buckets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** {@code AWS::S3::BucketPolicy}, of a bucket of the same account. */
final class BucketPolicyType implements ResourceType {
    @Override
    public Set<String> properties() {
        return required();
    }

    @Override
    public Set<String> required() {
        return Set.of("Bucket", "PolicyDocument");
    }

    @Override
    public String create(Deployment deployment, String logicalId, ObjectNode properties) throws StackException {
        String name = properties.path("Bucket").asString();
        if (own(deployment, name).policyText().isPresent()) {
            throw new StackException("AlreadyExists", "The bucket policy already exists on bucket " + name + ".");
        }
        put(deployment, properties);
        return name;
    }

    private static void put(Deployment deployment, ObjectNode properties) throws StackException {
        Bucket bucket = own(deployment, properties.path("Bucket").asString());
        deployment.require("s3:PutBucketPolicy", bucket.arn(), bucket.policy());
        String text = JsonText.write(properties.path("PolicyDocument"));
        try {
            Buckets.checkPolicy(bucket.name(), text);
        } catch (MalformedPolicyException e) {
            throw new StackException("MalformedPolicy", String.valueOf(e.getMessage()));
        }
        deployment.services().buckets().update(bucket.name(), current -> current.withPolicy(Optional.of(text)));
    }

    /** A bucket of the account that deploys. */
    static Bucket own(Deployment deployment, String name) throws StackException {
        Bucket bucket = deployment
                .services()
                .buckets()
                .find(name)
                .orElseThrow(() -> new StackException("NoSuchBucket", "The specified bucket does not exist: " + name));
        if (!bucket.account().equals(deployment.account())) {
            throw new StackException("AccessDenied", "The bucket " + name + " belongs to another account");
        }
        return bucket;
    }

    @Override
    public boolean mustReplace(ObjectNode before, ObjectNode after) {
        return ResourceType.differs("Bucket", before, after);
    }

    @Override
    public void update(Deployment deployment, String physicalId, ObjectNode before, ObjectNode after)
            throws StackException {
        put(deployment, after);
    }

    @Override
    public void delete(Deployment deployment, String physicalId, ObjectNode properties) throws StackException {
        Optional<Bucket> bucket = deployment.services().buckets().find(physicalId);
        if (bucket.isPresent()) {
            deployment.require(
                    "s3:DeleteBucketPolicy", bucket.get().arn(), bucket.get().policy());
            deployment.services().buckets().update(physicalId, current -> current.withPolicy(Optional.empty()));
        }
    }

    @Override
    public Map<String, String> attributes(String physicalId, ObjectNode properties, String account, String region) {
        return Map.of();
    }
}
