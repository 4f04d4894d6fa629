package dev.cloister.local.cloudformation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;

/** The types that stacks may have here. */
final class ResourceTypes {
    private static final Map<String, ResourceType> BY_NAME = Map.of(
            "AWS::KMS::Key", new KeyType(),
            "AWS::KMS::Alias", new AliasType(),
            "AWS::S3::Bucket", new BucketType(),
            "AWS::S3::BucketPolicy", new BucketPolicyType(),
            "AWS::IAM::Role", new RoleType(),
            "AWS::IAM::Policy", new PolicyType(),
            "AWS::IAM::ManagedPolicy", new ManagedPolicyType(),
            "AWS::CodeBuild::Project", new ProjectType(),
            "AWS::Logs::LogGroup", new LogGroupType());

    private ResourceTypes() {}

    /** Refuses a template with a type, or with a property of one, that is not known here. */
    static void check(Template template) throws StackException {
        List<String> unknown = template.resources().stream()
                .map(TemplateResource::type)
                .filter(type -> !BY_NAME.containsKey(type))
                .distinct()
                .sorted()
                .toList();
        if (!unknown.isEmpty()) {
            throw StackException.validation("the local cloud has no resources of type " + String.join(", ", unknown)
                    + "; it has " + String.join(", ", new TreeSet<>(BY_NAME.keySet())));
        }
        for (TemplateResource resource : template.resources()) {
            check(resource);
        }
    }

    private static void check(TemplateResource resource) throws StackException {
        ResourceType type = of(resource.type());
        ObjectNode properties = resource.properties();
        for (String name : properties.propertyNames()) {
            if (!type.properties().contains(name)) {
                throw StackException.validation("Properties validation failed for resource " + resource.logicalId()
                        + ": extraneous key [" + name + "] is not permitted in " + resource.type() + " here");
            }
        }
        Optional<String> missing = type.required().stream()
                .filter(name -> !properties.has(name))
                .sorted()
                .findFirst();
        if (missing.isPresent()) {
            throw StackException.validation("Properties validation failed for resource " + resource.logicalId()
                    + ": required key [" + missing.get() + "] not found");
        }
    }

    static Optional<ResourceType> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    static ResourceType of(String name) throws StackException {
        ResourceType type = BY_NAME.get(name);
        if (type == null) {
            throw StackException.validation("Unrecognized resource types: [" + name + "]");
        }
        return type;
    }
}
