package dev.cloister.local.cloudformation;

import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** {@code AWS::KMS::Alias}. */
final class AliasType implements ResourceType {
    @Override
    public Set<String> properties() {
        return required();
    }

    @Override
    public Set<String> required() {
        return Set.of("AliasName", "TargetKeyId");
    }

    @Override
    public String create(Deployment deployment, String logicalId, ObjectNode properties) throws StackException {
        String name = properties.path("AliasName").asString();
        deployment.kms("CreateAlias", "AliasName", name, "TargetKeyId", target(properties));
        return name;
    }

    @Override
    public boolean mustReplace(ObjectNode before, ObjectNode after) {
        return ResourceType.differs("AliasName", before, after);
    }

    @Override
    public void update(Deployment deployment, String physicalId, ObjectNode before, ObjectNode after)
            throws StackException {
        deployment.kms("UpdateAlias", "AliasName", physicalId, "TargetKeyId", target(after));
    }

    @Override
    public void delete(Deployment deployment, String physicalId, ObjectNode properties) throws StackException {
        deployment.kms("DeleteAlias", "AliasName", physicalId);
    }

    @Override
    public Map<String, String> attributes(String physicalId, ObjectNode properties, String account, String region) {
        return Map.of();
    }

    private static String target(ObjectNode properties) {
        return properties.path("TargetKeyId").asString();
    }
}
