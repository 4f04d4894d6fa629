package dev.cloister.local.cloudformation;

import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** {@code AWS::CodeBuild::Project}: a record of what a build is given. */
final class ProjectType implements ResourceType {
    private static final int MAX_NAME = 150;

    @Override
    public Set<String> properties() {
        return Set.of(
                "Artifacts",
                "Cache",
                "Description",
                "EncryptionKey",
                "Environment",
                "LogsConfig",
                "Name",
                "QueuedTimeoutInMinutes",
                "ServiceRole",
                "Source",
                "SourceVersion",
                "Tags",
                "TimeoutInMinutes");
    }

    @Override
    public Set<String> required() {
        return Set.of("Artifacts", "Environment", "ServiceRole", "Source");
    }

    @Override
    public String create(Deployment deployment, String logicalId, ObjectNode properties) throws StackException {
        String name = properties.path("Name").asString(deployment.generatedName(logicalId, MAX_NAME));
        deployment.require("codebuild:CreateProject", arn(name, deployment.account(), deployment.region()));
        requireRole(deployment, properties);
        return name;
    }

    private static void requireRole(Deployment deployment, ObjectNode properties) throws StackException {
        String role = properties.path("ServiceRole").asString();
        deployment.require("iam:PassRole", role);
        boolean isOwn = role.startsWith("arn:aws:iam::" + deployment.account() + ":");
        if (!isOwn || !deployment.services().roles().exists(role)) {
            throw new StackException("InvalidInputException", "the service role " + role + " does not exist");
        }
    }

    @Override
    public boolean mustReplace(ObjectNode before, ObjectNode after) {
        return ResourceType.differs("Name", before, after);
    }

    @Override
    public void update(Deployment deployment, String physicalId, ObjectNode before, ObjectNode after)
            throws StackException {
        deployment.require("codebuild:UpdateProject", arn(physicalId, deployment.account(), deployment.region()));
        requireRole(deployment, after);
    }

    @Override
    public void delete(Deployment deployment, String physicalId, ObjectNode properties) throws StackException {
        deployment.require("codebuild:DeleteProject", arn(physicalId, deployment.account(), deployment.region()));
    }

    @Override
    public Map<String, String> attributes(String physicalId, ObjectNode properties, String account, String region) {
        return Map.of("Arn", arn(physicalId, account, region));
    }

    private static String arn(String name, String account, String region) {
        return "arn:aws:codebuild:" + region + ":" + account + ":project/" + name;
    }
}
