package dev.cloister.local.iam;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** All roles as one file. */
final class RoleFile {
    private RoleFile() {}

    static void write(Path file, Collection<Role> roles) throws IOException {
        ObjectNode json = JsonText.object();
        ArrayNode list = json.putArray("roles");
        for (Role role : roles) {
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

    static List<Role> read(Path file) throws IOException {
        try {
            List<Role> roles = new ArrayList<>();
            for (JsonNode node : JsonText.parseObject(Files.readAllBytes(file)).path("roles")) {
                Map<String, String> policies = new TreeMap<>();
                for (Map.Entry<String, JsonNode> policy : node.path("policies").properties()) {
                    policies.put(policy.getKey(), policy.getValue().stringValue());
                }
                roles.add(new Role(
                        node.path("account").stringValue(),
                        node.path("name").stringValue(),
                        node.path("trustPolicy").stringValue(),
                        policies,
                        Optional.ofNullable(node.path("boundary").asString(null))));
            }
            return roles;
        } catch (MalformedJsonException | JacksonException e) {
            throw new IOException(file + " is damaged", e);
        }
    }
}
