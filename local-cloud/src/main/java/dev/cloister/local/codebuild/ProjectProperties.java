package dev.cloister.local.codebuild;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The properties of {@code AWS::CodeBuild::Project}; one that this machine cannot keep to is refused by name. */
final class ProjectProperties {
    /** What says how a container is made and where logs go, which a build on this machine has no use for. */
    private static final Set<String> WITHOUT_EFFECT =
            Set.of("Artifacts", "Description", "EncryptionKey", "LogsConfig", "Tags", "Visibility", "Cache");

    private static final Set<String> KNOWN =
            Set.of("Name", "ServiceRole", "Source", "Environment", "TimeoutInMinutes", "QueuedTimeoutInMinutes");
    private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(60);
    private static final int MAX_TIMEOUT_MINUTES = 2160;

    private ProjectProperties() {}

    static Project read(String account, String region, ObjectNode properties) {
        for (String name : properties.propertyNames()) {
            if (!KNOWN.contains(name) && !WITHOUT_EFFECT.contains(name)) {
                throw new IllegalArgumentException("the local cloud does not support the property " + name);
            }
        }
        String name = text(properties, "Name");
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_-]{1,254}")) {
            throw new IllegalArgumentException("Name is not the name of a project");
        }
        String role = text(properties, "ServiceRole");
        if (!role.matches("arn:aws[a-z-]*:iam::" + account + ":role/.+")) {
            throw new IllegalArgumentException("ServiceRole is not the ARN of a role of this account");
        }
        JsonNode buildspec = properties.path("Source").path("BuildSpec");
        String path = buildspec.isString() ? buildspec.stringValue() : "buildspec.yml";
        if (path.contains("\n") || path.startsWith("arn:") || path.startsWith("/")) {
            throw new IllegalArgumentException("Source.BuildSpec is not a path in the source");
        }
        return new Project(account, region, name, role, path, variables(properties), timeout(properties));
    }

    private static Map<String, String> variables(ObjectNode properties) {
        Map<String, String> variables = new TreeMap<>();
        for (JsonNode variable : properties.path("Environment").path("EnvironmentVariables")) {
            BuildVariables.add(variables, variable, "Name", "Value", "Type");
        }
        return variables;
    }

    private static Duration timeout(ObjectNode properties) {
        JsonNode minutes = properties.path("TimeoutInMinutes");
        if (minutes.isMissingNode()) {
            return DEFAULT_TIMEOUT;
        }
        int value = minutes.isInt() || minutes.isString() ? minutes.asInt(0) : 0;
        if (value < 5 || value > MAX_TIMEOUT_MINUTES) {
            throw new IllegalArgumentException("TimeoutInMinutes is not between 5 and " + MAX_TIMEOUT_MINUTES);
        }
        return Duration.ofMinutes(value);
    }

    private static String text(ObjectNode properties, String name) {
        JsonNode value = properties.path(name);
        if (!value.isString()) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value.stringValue();
    }
}
