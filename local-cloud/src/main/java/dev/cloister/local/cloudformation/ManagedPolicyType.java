package dev.cloister.local.cloudformation;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.policy.MalformedPolicyException;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** {@code AWS::IAM::ManagedPolicy}: a policy that roles and boundaries name by its ARN. */
final class ManagedPolicyType implements ResourceType {
    private static final int MAX_NAME = 128;

    @Override
    public Set<String> properties() {
        return Set.of("ManagedPolicyName", "PolicyDocument", "Description");
    }

    @Override
    public Set<String> required() {
        return Set.of("PolicyDocument");
    }

    @Override
    public String create(Deployment deployment, String logicalId, ObjectNode properties) throws StackException {
        String name = properties.path("ManagedPolicyName").asString(deployment.generatedName(logicalId, MAX_NAME));
        String arn = "arn:aws:iam::" + deployment.account() + ":policy/" + name;
        deployment.require("iam:CreatePolicy", arn);
        if (deployment.services().roles().managedPolicy(arn).isPresent()) {
            throw new StackException("AlreadyExists", "A policy called " + name + " already exists.");
        }
        put(deployment, arn, properties);
        return arn;
    }

    private static void put(Deployment deployment, String arn, ObjectNode properties) throws StackException {
        try {
            deployment.services().roles().putManagedPolicy(arn, JsonText.write(properties.path("PolicyDocument")));
        } catch (MalformedPolicyException e) {
            throw new StackException("MalformedPolicyDocument", String.valueOf(e.getMessage()));
        }
    }

    @Override
    public boolean mustReplace(ObjectNode before, ObjectNode after) {
        return ResourceType.differs("ManagedPolicyName", before, after);
    }

    @Override
    public void update(Deployment deployment, String physicalId, ObjectNode before, ObjectNode after)
            throws StackException {
        deployment.require("iam:CreatePolicyVersion", physicalId);
        put(deployment, physicalId, after);
    }

    @Override
    public void delete(Deployment deployment, String physicalId, ObjectNode properties) throws StackException {
        deployment.require("iam:DeletePolicy", physicalId);
        deployment.services().roles().removeManagedPolicy(physicalId);
    }

    @Override
    public Map<String, String> attributes(String physicalId, ObjectNode properties, String account, String region) {
        return Map.of("PolicyArn", physicalId);
    }
}
