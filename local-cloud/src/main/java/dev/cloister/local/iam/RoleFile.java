package dev.cloister.local.iam;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** All roles and the policies they may name, as one file. */
final class RoleFile {
    private RoleFile() {}

    /**
     * What the file holds.
     *
     * @param managedPolicies documents by ARN
     */
    record Content(List<Role> roles, Map<String, String> managedPolicies) {
        Content {
            roles = List.copyOf(roles);
            managedPolicies = Map.copyOf(managedPolicies);
        }
    }

    static void write(Path file, Content content) throws IOException {
        ObjectNode json = JsonText.object();
        ObjectNode managed = json.putObject("managedPolicies");
        content.managedPolicies().forEach(managed::put);
        ArrayNode list = json.putArray("roles");
        for (Role role : content.roles()) {
            ObjectNode node = list.addObject()
                    .put("account", role.account())
                    .put("name", role.name())
                    .put("trustPolicy", role.trustPolicy());
            ObjectNode policies = node.putObject("policies");
            role.policies().forEach(policies::put);
            role.boundary().ifPresent(boundary -> node.put("boundary", boundary));
        }
        PrivateFiles.replace(file, JsonText.write(json).getBytes(StandardCharsets.UTF_8));
    }

    static Content read(Path file) throws IOException {
        try {
            List<Role> roles = new ArrayList<>();
            ObjectNode json = JsonText.parseObject(Files.readAllBytes(file));
            for (JsonNode node : json.path("roles")) {
                roles.add(new Role(
                        node.path("account").stringValue(),
                        node.path("name").stringValue(),
                        node.path("trustPolicy").stringValue(),
                        texts(node.path("policies")),
                        Optional.ofNullable(node.path("boundary").asString(null))));
            }
            return new Content(roles, texts(json.path("managedPolicies")));
        } catch (MalformedJsonException | JacksonException e) {
            throw new IOException(file + " is damaged", e);
        }
    }

    private static Map<String, String> texts(JsonNode node) {
        Map<String, String> texts = new TreeMap<>();
        node.properties().forEach(one -> texts.put(one.getKey(), one.getValue().stringValue()));
        return texts;
    }
}
