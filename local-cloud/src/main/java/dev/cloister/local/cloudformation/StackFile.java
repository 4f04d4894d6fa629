package dev.cloister.local.cloudformation;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A stack as a file. */
final class StackFile {
    private static final int MAX_DEPTH = 64;

    private StackFile() {}

    static void write(Path file, Stack stack) throws IOException {
        ObjectNode json = JsonText.object()
                .put("id", stack.id())
                .put("name", stack.name())
                .put("account", stack.account())
                .put("region", stack.region())
                .put("created", stack.created().toString())
                .put("status", stack.status())
                .put("reason", stack.reason())
                .put("template", stack.template());
        ObjectNode parameters = json.putObject("parameters");
        stack.parameters().forEach(parameters::put);
        ObjectNode outputs = json.putObject("outputs");
        stack.outputs().forEach(outputs::put);
        ArrayNode resources = json.putArray("resources");
        stack.resources()
                .forEach(one -> resources
                        .addObject()
                        .put("logicalId", one.logicalId())
                        .put("type", one.type())
                        .put("physicalId", one.physicalId())
                        .put("retained", one.isRetained())
                        .put("updated", one.updated().toString())
                        .set("properties", one.properties()));
        ArrayNode events = json.putArray("events");
        stack.events()
                .forEach(event -> events.addObject()
                        .put("id", event.id())
                        .put("time", event.time().toString())
                        .put("logicalId", event.logicalId())
                        .put("physicalId", event.physicalId())
                        .put("type", event.type())
                        .put("status", event.status())
                        .put("reason", event.reason()));
        PrivateFiles.replace(file, JsonText.write(json).getBytes(StandardCharsets.UTF_8));
    }

    static Stack read(Path file) throws IOException {
        try {
            ObjectNode json = JsonText.parseObject(Files.readAllBytes(file), MAX_DEPTH);
            List<StackResource> resources = new ArrayList<>();
            for (JsonNode one : json.path("resources")) {
                resources.add(new StackResource(
                        text(one, "logicalId"),
                        text(one, "type"),
                        text(one, "physicalId"),
                        one.path("properties").asObject(),
                        one.path("retained").booleanValue(),
                        Instant.parse(text(one, "updated"))));
            }
            List<StackEvent> events = new ArrayList<>();
            for (JsonNode one : json.path("events")) {
                events.add(new StackEvent(
                        text(one, "id"),
                        Instant.parse(text(one, "time")),
                        text(one, "logicalId"),
                        text(one, "physicalId"),
                        text(one, "type"),
                        text(one, "status"),
                        text(one, "reason")));
            }
            return new Stack(
                    text(json, "id"),
                    text(json, "name"),
                    text(json, "account"),
                    text(json, "region"),
                    Instant.parse(text(json, "created")),
                    text(json, "status"),
                    text(json, "reason"),
                    text(json, "template"),
                    texts(json.path("parameters")),
                    resources,
                    texts(json.path("outputs")),
                    events);
        } catch (MalformedJsonException | JacksonException | DateTimeException e) {
            throw new IOException(file + " is damaged", e);
        }
    }

    private static String text(JsonNode node, String name) {
        return node.path(name).stringValue();
    }

    private static Map<String, String> texts(JsonNode node) {
        Map<String, String> texts = new TreeMap<>();
        node.properties()
                .forEach(member -> texts.put(member.getKey(), member.getValue().stringValue()));
        return texts;
    }
}
