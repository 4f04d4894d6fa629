package dev.cloister.image.container;

import dev.cloister.image.eif.Architecture;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.rootfs.ContainerConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Reads the configuration of a container image, which OCI and Docker write alike. */
final class ConfigReader {
    private final JsonNode json;

    ConfigReader(JsonNode json) {
        this.json = json;
    }

    /** OCI's name of an architecture. */
    static String nameOf(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> "amd64";
            case AARCH64 -> "arm64";
        };
    }

    /** Refuses an image for another machine. */
    void demand(Architecture architecture) throws FormatException {
        String system = Json.text(json, "os");
        String processor = Json.text(json, "architecture");
        boolean fits = (system.isEmpty() || system.equals("linux"))
                && (processor.isEmpty() || processor.equals(nameOf(architecture)));
        if (!fits) {
            throw new FormatException("container image: it is for " + Names.printable(system + "/" + processor)
                    + ", the kernel for linux/" + nameOf(architecture));
        }
    }

    ContainerConfig config() throws FormatException {
        JsonNode config = json.path("config");
        Map<String, String> environment = new LinkedHashMap<>();
        for (String variable : Json.texts(config, "Env")) {
            int equals = variable.indexOf('=');
            if (equals <= 0) {
                throw new FormatException("container image: a variable of 'Env' is not NAME=VALUE");
            }
            environment.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        return new ContainerConfig(
                Json.text(config, "User"),
                Json.text(config, "WorkingDir"),
                environment,
                Json.texts(config, "Entrypoint"),
                Json.texts(config, "Cmd"));
    }

    /** The digests of the layers' contents, from the lowest up. */
    List<Digest> contents() throws FormatException {
        List<Digest> digests = new ArrayList<>();
        for (String digest : Json.texts(json.path("rootfs"), "diff_ids")) {
            digests.add(Digest.parse(digest));
        }
        return digests;
    }

    /** The steps that made the layers; as many as there are layers, empty texts where the history does not fit them. */
    List<String> history(int layers) throws FormatException {
        List<String> steps = new ArrayList<>();
        for (JsonNode step : Json.array(json, "history")) {
            if (!step.path("empty_layer").asBoolean(false)) {
                steps.add(Json.text(step, "created_by"));
            }
        }
        return steps.size() == layers ? steps : Collections.nCopies(layers, "");
    }
}
