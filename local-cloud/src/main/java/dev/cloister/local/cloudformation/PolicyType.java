package dev.cloister.local.cloudformation;

import dev.cloister.local.iam.Role;
import dev.cloister.local.json.JsonText;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code AWS::IAM::Policy}: an inline policy of some roles. */
final class PolicyType implements ResourceType {
    @Override
    public Set<String> properties() {
        return required();
    }

    @Override
    public Set<String> required() {
        return Set.of("PolicyName", "PolicyDocument", "Roles");
    }

    @Override
    public String create(Deployment deployment, String logicalId, ObjectNode properties) throws StackException {
        attach(deployment, properties, Optional.of(JsonText.write(properties.path("PolicyDocument"))));
        return properties.path("PolicyName").asString();
    }

    private static void attach(Deployment deployment, ObjectNode properties, Optional<String> document)
            throws StackException {
        for (JsonNode name : properties.path("Roles")) {
            Optional<Role> role = deployment.services().roles().find(deployment.account(), name.asString(""));
            if (role.isEmpty() && document.isEmpty()) {
                continue;
            }
            Role found = role.orElseThrow(() -> new StackException(
                    "NoSuchEntity", "The role with name " + name.asString("") + " cannot be found."));
            deployment.require(document.isPresent() ? "iam:PutRolePolicy" : "iam:DeleteRolePolicy", found.arn());
            String policyName = RoleType.INLINE + properties.path("PolicyName").asString();
            RoleType.put(deployment, found.withPolicy(policyName, document));
        }
    }

    @Override
    public boolean mustReplace(ObjectNode before, ObjectNode after) {
        return ResourceType.differs("PolicyName", before, after);
    }

    @Override
    public void update(Deployment deployment, String physicalId, ObjectNode before, ObjectNode after)
            throws StackException {
        attach(deployment, before, Optional.empty());
        attach(deployment, after, Optional.of(JsonText.write(after.path("PolicyDocument"))));
    }

    @Override
    public void delete(Deployment deployment, String physicalId, ObjectNode properties) throws StackException {
        attach(deployment, properties, Optional.empty());
    }

    @Override
    public Map<String, String> attributes(String physicalId, ObjectNode properties, String account, String region) {
        return Map.of();
    }
}
