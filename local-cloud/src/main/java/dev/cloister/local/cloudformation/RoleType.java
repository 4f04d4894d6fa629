package dev.cloister.local.cloudformation;

import dev.cloister.local.iam.Role;
import dev.cloister.local.json.JsonText;
import dev.cloister.local.policy.MalformedPolicyException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code AWS::IAM::Role}. */
final class RoleType implements ResourceType {
    private static final int MAX_NAME = 64;
    static final String INLINE = "inline/";

    @Override
    public Set<String> properties() {
        return Set.of(
                "AssumeRolePolicyDocument",
                "Description",
                "ManagedPolicyArns",
                "MaxSessionDuration",
                "Path",
                "PermissionsBoundary",
                "Policies",
                "RoleName",
                "Tags");
    }

    @Override
    public Set<String> required() {
        return Set.of("AssumeRolePolicyDocument");
    }

    @Override
    public String create(Deployment deployment, String logicalId, ObjectNode properties) throws StackException {
        String name = properties.path("RoleName").asString(deployment.generatedName(logicalId, MAX_NAME));
        String arn = arn(deployment.account(), path(properties) + name);
        deployment.require("iam:CreateRole", arn);
        if (deployment.services().roles().find(deployment.account(), name).isPresent()
                || deployment.services().roles().exists(arn)) {
            throw new StackException("AlreadyExists", "Role with name " + name + " already exists.");
        }
        put(deployment, name, properties);
        return name;
    }

    private static void put(Deployment deployment, String name, ObjectNode properties) throws StackException {
        Map<String, String> policies = new TreeMap<>();
        for (JsonNode policy : properties.path("Policies")) {
            policies.put(
                    INLINE + policy.path("PolicyName").asString(""), JsonText.write(policy.path("PolicyDocument")));
        }
        for (JsonNode arn : properties.path("ManagedPolicyArns")) {
            policies.put(arn.asString(""), managed(deployment, arn.asString("")));
        }
        Optional<String> boundary = Optional.empty();
        if (properties.has("PermissionsBoundary")) {
            boundary = Optional.of(
                    managed(deployment, properties.path("PermissionsBoundary").asString("")));
        }
        put(
                deployment,
                new Role(
                        deployment.account(),
                        path(properties) + name,
                        JsonText.write(properties.path("AssumeRolePolicyDocument")),
                        policies,
                        boundary));
    }

    static void put(Deployment deployment, Role role) throws StackException {
        try {
            deployment.services().roles().put(role);
        } catch (MalformedPolicyException e) {
            throw new StackException("MalformedPolicyDocument", String.valueOf(e.getMessage()));
        }
    }

    private static String managed(Deployment deployment, String arn) throws StackException {
        return deployment
                .services()
                .roles()
                .managedPolicy(arn)
                .orElseThrow(
                        () -> new StackException(
                                "NoSuchEntity",
                                "Policy " + arn
                                        + " does not exist: the local cloud knows those that its stacks make, and none of AWS's"));
    }

    private static String path(ObjectNode properties) {
        String path = properties.path("Path").asString("/");
        return path.startsWith("/") ? path.substring(1) : path;
    }

    @Override
    public boolean mustReplace(ObjectNode before, ObjectNode after) {
        return ResourceType.differs("RoleName", before, after) || ResourceType.differs("Path", before, after);
    }

    @Override
    public void update(Deployment deployment, String physicalId, ObjectNode before, ObjectNode after)
            throws StackException {
        String arn = arn(deployment.account(), path(after) + physicalId);
        deployment.require("iam:UpdateAssumeRolePolicy", arn);
        deployment.require("iam:PutRolePolicy", arn);
        put(deployment, physicalId, after);
    }

    @Override
    public void delete(Deployment deployment, String physicalId, ObjectNode properties) throws StackException {
        String arn = arn(deployment.account(), path(properties) + physicalId);
        deployment.require("iam:DeleteRole", arn);
        deployment.services().roles().remove(arn);
    }

    @Override
    public Map<String, String> attributes(String physicalId, ObjectNode properties, String account, String region) {
        return Map.of("Arn", arn(account, path(properties) + physicalId));
    }

    private static String arn(String account, String name) {
        return "arn:aws:iam::" + account + ":role/" + name;
    }
}
