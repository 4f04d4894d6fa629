package dev.cloister.local.cloudformation;

import dev.cloister.local.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a template would make under given parameters, with physical ids that are always the same, without making it. */
public final class Prediction {
    private final Map<String, ObjectNode> propertiesByType = new HashMap<>();
    private final Map<String, String> attributes = new HashMap<>();
    private final Map<String, String> outputs;

    private Prediction(Template template, Scope scope, String account, String region) throws StackException {
        for (TemplateResource resource : template.resources()) {
            Optional<ResourceType> type = ResourceTypes.find(resource.type());
            if (type.isPresent() && scope.holds(resource.condition())) {
                add(resource, type.get(), scope, account, region);
            }
        }
        outputs = new HashMap<>();
        for (Map.Entry<String, JsonNode> output : template.section("Outputs").properties()) {
            if (attributes.keySet().containsAll(resources(output.getValue(), template))) {
                outputs.put(
                        output.getKey(),
                        scope.resolve(output.getValue().path("Value")).asString(""));
            }
        }
    }

    /** The resources that a value refers to. */
    private static Set<String> resources(JsonNode value, Template template) throws StackException {
        Set<String> names = References.of(value);
        names.removeIf(name -> !template.section("Resources").has(name));
        return names;
    }

    /** Resolves a template; types that the local cloud does not have are left out. */
    public static Prediction of(
            Template template, Map<String, String> parameters, String account, String region, String stackName)
            throws StackException {
        String id = "arn:aws:cloudformation:" + region + ":" + account + ":stack/" + stackName;
        Map<String, String> values = new HashMap<>(parameters);
        for (Map.Entry<String, JsonNode> parameter :
                template.section("Parameters").properties()) {
            values.putIfAbsent(
                    parameter.getKey(), parameter.getValue().path("Default").asString(""));
        }
        return new Prediction(template, new Scope(template, values, account, region, stackName, id), account, region);
    }

    private void add(TemplateResource resource, ResourceType type, Scope scope, String account, String region)
            throws StackException {
        ObjectNode properties = JsonText.object();
        for (Map.Entry<String, JsonNode> property : resource.properties().properties()) {
            JsonNode value = scope.resolve(property.getValue());
            if (!value.isMissingNode()) {
                properties.set(property.getKey(), value);
            }
        }
        String physicalId = type instanceof KeyType
                ? UUID.nameUUIDFromBytes(resource.logicalId().getBytes(StandardCharsets.UTF_8))
                        .toString()
                : properties.path("Name").asString(resource.logicalId().toLowerCase(Locale.ROOT));
        Map<String, String> made = type.attributes(physicalId, properties, account, region);
        scope.add(resource.logicalId(), type.reference(physicalId, account, region), made);
        attributes.put(resource.logicalId(), made.getOrDefault("Arn", physicalId));
        propertiesByType.putIfAbsent(resource.type() + " " + resource.logicalId(), properties);
    }

    /** The properties of the first resource of a type whose name begins in a certain way. */
    public ObjectNode properties(String type, String namePrefix) {
        return propertiesByType.entrySet().stream()
                .filter(one -> one.getKey().startsWith(type + " " + namePrefix))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the template has no " + type + " " + namePrefix));
    }

    /** The outputs, by name. */
    public Map<String, String> outputs() {
        return outputs;
    }
}
