package dev.cloister.local.cloudformation;

import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** {@code AWS::Logs::LogGroup}: a record; builds print their logs here. */
final class LogGroupType implements ResourceType {
    private static final int MAX_NAME = 512;

    @Override
    public Set<String> properties() {
        return Set.of("LogGroupName", "LogGroupClass", "KmsKeyId", "RetentionInDays", "Tags");
    }

    @Override
    public Set<String> required() {
        return Set.of();
    }

    @Override
    public String create(Deployment deployment, String logicalId, ObjectNode properties) throws StackException {
        String name = properties.path("LogGroupName").asString(deployment.generatedName(logicalId, MAX_NAME));
        deployment.require("logs:CreateLogGroup", arn(name, deployment.account(), deployment.region()));
        return name;
    }

    @Override
    public boolean mustReplace(ObjectNode before, ObjectNode after) {
        return ResourceType.differs("LogGroupName", before, after);
    }

    @Override
    public void update(Deployment deployment, String physicalId, ObjectNode before, ObjectNode after)
            throws StackException {
        deployment.require("logs:PutRetentionPolicy", arn(physicalId, deployment.account(), deployment.region()));
    }

    @Override
    public void delete(Deployment deployment, String physicalId, ObjectNode properties) throws StackException {
        deployment.require("logs:DeleteLogGroup", arn(physicalId, deployment.account(), deployment.region()));
    }

    @Override
    public Map<String, String> attributes(String physicalId, ObjectNode properties, String account, String region) {
        return Map.of("Arn", arn(physicalId, account, region));
    }

    private static String arn(String name, String account, String region) {
        return "arn:aws:logs:" + region + ":" + account + ":log-group:" + name + ":*";
    }
}
