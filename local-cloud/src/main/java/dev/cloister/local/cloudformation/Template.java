package dev.cloister.local.cloudformation;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A template in JSON, read strictly: what is not known here is refused by name, as it could mean anything. */
public final class Template {
    /** The longest template that a request may carry in its body, in bytes. */
    static final int MAX_BYTES = 51_200;

    private static final Set<String> SECTIONS = Set.of(
            "AWSTemplateFormatVersion",
            "Description",
            "Metadata",
            "Parameters",
            "Mappings",
            "Conditions",
            "Resources",
            "Outputs");
    private static final Set<String> RESOURCE_MEMBERS = Set.of(
            "Type",
            "Properties",
            "DependsOn",
            "Condition",
            "Metadata",
            "DeletionPolicy",
            "UpdateReplacePolicy",
            // Of types that are not made here, but whose templates have roles that are looked at.
            "CreationPolicy",
            "UpdatePolicy");
    private static final int MAX_DEPTH = 64;

    private final ObjectNode json;
    private final List<TemplateResource> resources;

    private Template(ObjectNode json, List<TemplateResource> resources) {
        this.json = json;
        this.resources = resources;
    }

    /** Reads a template. */
    public static Template parse(String text) throws StackException {
        ObjectNode json;
        try {
            json = JsonText.parseObject(text.getBytes(StandardCharsets.UTF_8), MAX_DEPTH);
        } catch (MalformedJsonException e) {
            throw StackException.template(
                    "JSON not well-formed (" + e.getMessage() + "); the local cloud reads JSON only");
        }
        for (String section : json.propertyNames()) {
            if (!SECTIONS.contains(section)) {
                throw StackException.template("Unsupported template property: " + section);
            }
        }
        if (!json.path("Resources").isObject() || json.path("Resources").isEmpty()) {
            throw StackException.template("At least one Resources member must be defined.");
        }
        Map<String, TemplateResource> resources = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : json.path("Resources").properties()) {
            resources.put(entry.getKey(), resource(entry.getKey(), entry.getValue(), json));
        }
        return new Template(json, inOrder(resources));
    }

    private static TemplateResource resource(String name, JsonNode node, ObjectNode template) throws StackException {
        for (String member : node.propertyNames()) {
            if (!RESOURCE_MEMBERS.contains(member)) {
                throw StackException.template("Unsupported property of resource " + name + ": " + member);
            }
        }
        if (!node.path("Type").isString()) {
            throw StackException.template(
                    "[/Resources/" + name + "] Every Resources object must contain a Type member.");
        }
        ObjectNode properties = node.path("Properties") instanceof ObjectNode object ? object : JsonText.object();
        Set<String> dependencies = new TreeSet<>();
        for (JsonNode one :
                node.path("DependsOn").isArray() ? node.path("DependsOn") : List.of(node.path("DependsOn"))) {
            if (!one.isMissingNode()) {
                dependencies.add(one.asString(""));
            }
        }
        dependencies.addAll(References.of(properties));
        dependencies.removeIf(
                one -> one.startsWith("AWS::") || template.path("Parameters").has(one));
        for (String dependency : dependencies) {
            if (!template.path("Resources").has(dependency)) {
                throw StackException.template(
                        "Unresolved resource dependencies [" + dependency + "] in the Resources block of the template");
            }
        }
        String deletion = node.path("DeletionPolicy").asString("Delete");
        if (!Set.of("Delete", "Retain", "RetainExceptOnCreate").contains(deletion)) {
            throw StackException.template("Unrecognized DeletionPolicy " + deletion + " for resource " + name);
        }
        return new TemplateResource(
                name,
                node.path("Type").asString(),
                properties,
                dependencies,
                !deletion.equals("Delete"),
                Optional.ofNullable(node.path("Condition").asString(null)));
    }

    /** Each after those it depends on. */
    private static List<TemplateResource> inOrder(Map<String, TemplateResource> resources) throws StackException {
        Set<String> done = new LinkedHashSet<>();
        while (done.size() < resources.size()) {
            int before = done.size();
            resources.values().stream()
                    .filter(resource -> done.containsAll(resource.dependsOn()))
                    .forEach(resource -> done.add(resource.logicalId()));
            if (done.size() == before) {
                Set<String> circle = new TreeSet<>(resources.keySet());
                circle.removeAll(done);
                throw StackException.validation("Circular dependency between resources: " + circle);
            }
        }
        List<TemplateResource> ordered = new ArrayList<>();
        for (String name : done) {
            TemplateResource resource = resources.get(name);
            if (resource != null) {
                ordered.add(resource);
            }
        }
        return ordered;
    }

    /** In an order in which they can be made. */
    public List<TemplateResource> resources() {
        return resources;
    }

    JsonNode section(String name) {
        return json.path(name);
    }

    public String description() {
        return json.path("Description").asString("");
    }

    /** The capabilities that whoever deploys it must acknowledge; those of resources of IAM. */
    List<String> capabilities() {
        boolean hasIam = false;
        boolean isNamed = false;
        for (TemplateResource resource : resources) {
            if (resource.type().startsWith("AWS::IAM::")) {
                hasIam = true;
                isNamed |= resource.properties().has("RoleName")
                        || resource.properties().has("ManagedPolicyName");
            }
        }
        return isNamed ? List.of("CAPABILITY_NAMED_IAM") : hasIam ? List.of("CAPABILITY_IAM") : List.of();
    }
}
