package dev.cloister.cdk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;

/** A stack as it is deployed, for questions about its resources. */
final class SynthesizedStack {
    private final Template template;
    private final JsonNode json;

    private SynthesizedStack(Template template) {
        this.template = template;
        this.json = new ObjectMapper().valueToTree(template.toJSON());
    }

    static SynthesizedStack of(BiFunction<App, StackProps, Stack> maker) {
        return of(Map.of(), maker);
    }

    static SynthesizedStack of(Map<String, Object> context, BiFunction<App, StackProps, Stack> maker) {
        Node.assumeInstalled();
        App app =
                App.Builder.create().analyticsReporting(false).context(context).build();
        return of(maker.apply(app, Templates.props("For a test")));
    }

    static SynthesizedStack of(Stack stack) {
        return new SynthesizedStack(Template.fromStack(stack));
    }

    void has(String type, Map<String, Object> properties) {
        template.hasResourceProperties(type, Match.objectLike(properties));
    }

    void hasResource(String type, Map<String, Object> members) {
        template.hasResource(type, Match.objectLike(members));
    }

    /** All resources of a type. */
    List<JsonNode> resources(String type) {
        return json.path("Resources")
                .valueStream()
                .filter(resource -> resource.path("Type").asText().equals(type))
                .toList();
    }

    /** The one resource of a type. */
    JsonNode only(String type) {
        List<JsonNode> found = resources(type);
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " resources of type " + type);
        }
        return found.getFirst();
    }

    Set<String> outputs() {
        return json.path("Outputs").propertyStream().map(Map.Entry::getKey).collect(Collectors.toSet());
    }

    JsonNode parameters() {
        return json.path("Parameters");
    }

    /** All statements of the policies of a type of resource. */
    List<JsonNode> statements(String type) {
        return resources(type).stream()
                .map(resource -> resource.path("Properties"))
                .flatMap(properties -> Stream.concat(
                        Stream.of(properties.path("PolicyDocument"), properties.path("KeyPolicy")),
                        properties.path("Policies").valueStream().map(policy -> policy.path("PolicyDocument"))))
                .flatMap(document -> document.path("Statement").valueStream())
                .toList();
    }

    /** The first statement with a Sid. */
    JsonNode statement(String type, String sid) {
        return statements(type).stream()
                .filter(statement -> statement.path("Sid").asText().equals(sid))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no statement " + sid));
    }
}
