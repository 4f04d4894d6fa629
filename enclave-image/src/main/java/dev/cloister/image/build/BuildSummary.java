package dev.cloister.image.build;

import dev.cloister.cli.Json;
import dev.cloister.image.build.ImageBuilder.Built;
import dev.cloister.image.file.FileContent;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.manifest.ManifestException;
import dev.cloister.image.manifest.Recipe;
import dev.cloister.image.manifest.RecipeReader;
import dev.cloister.image.manifest.RecipeWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The record of a build, {@code docs/format/image-v1.md} section 2: what went in, to the digest, and what came out. An
 * image can be built again from it, on another machine too, where the inputs lie in the same places relative to it.
 */
public final class BuildSummary {
    private static final int SCHEMA_VERSION = 1;
    private static final int MAX_SIZE = 4 << 20;

    private BuildSummary() {}

    /**
     * One line of JSON.
     *
     * @param folder that it will lie in, which its paths are relative to
     */
    public static String write(Path folder, Recipe recipe, Built built, Path image, List<String> warnings)
            throws IOException, FormatException {
        Path base = folder.toAbsolutePath().normalize();
        Map<String, @Nullable Object> summary = new LinkedHashMap<>();
        summary.put("SchemaVersion", SCHEMA_VERSION);
        summary.put("Tool", "cloister");
        summary.put("ToolVersion", RecipeBuild.TOOL_VERSION);
        summary.put("Recipe", new RecipeWriter(base).write(recipe));
        List<Map<String, Object>> inputs = new ArrayList<>();
        for (InputDigests.Input input : InputDigests.of(recipe)) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("Kind", input.kind());
            map.put("Path", base.relativize(input.path().toAbsolutePath().normalize()));
            map.put("Digest", input.digest());
            map.put("Bytes", input.bytes());
            inputs.add(map);
        }
        summary.put("Inputs", inputs);
        summary.put("Layers", Layers.json(built.layers()));
        summary.put("Measurements", built.measurements().toMap());
        FileContent written = FileContent.of(image);
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("Digest", "sha256:" + InputDigests.sha256(written));
        file.put("Bytes", written.size());
        summary.put("Image", file);
        summary.put("Warnings", warnings);
        return Json.write(summary) + "\n";
    }

    /** The recipe of a summary that was written before. */
    public static Recipe recipe(Path summary) throws IOException, FormatException {
        byte[] recipe = Json.write(plain(read(summary).path("Recipe"))).getBytes(StandardCharsets.UTF_8);
        try {
            return new RecipeReader(summary.toAbsolutePath().resolveSibling(""), Blobs.DEFAULT_FOLDER, 0).read(recipe);
        } catch (ManifestException e) {
            throw new FormatException("summary: Recipe: " + e.getMessage(), e);
        }
    }

    /** Which inputs are not what they were, each as its kind and path; none where an image can be built again. */
    public static List<String> changedInputs(Path summary) throws IOException, FormatException {
        Map<String, String> before = new LinkedHashMap<>();
        for (JsonNode input : read(summary).path("Inputs").values()) {
            before.put(input.path("Kind").asString(""), input.path("Digest").asString(""));
        }
        List<String> changed = new ArrayList<>();
        for (InputDigests.Input input : InputDigests.of(recipe(summary))) {
            String digest = before.remove(input.kind());
            if (!input.digest().equals(digest)) {
                changed.add(input.kind() + " (" + input.path() + ")");
            }
        }
        before.keySet().forEach(missing -> changed.add(missing + " (gone)"));
        return changed;
    }

    private static JsonNode read(Path summary) throws IOException, FormatException {
        if (Files.size(summary) > MAX_SIZE) {
            throw new FormatException("summary: " + summary + " is longer than " + MAX_SIZE + " bytes");
        }
        try {
            JsonNode json = JsonMapper.shared().readTree(Files.readAllBytes(summary));
            if (json.path("SchemaVersion").asInt(0) != SCHEMA_VERSION
                    || !json.path("Recipe").isObject()) {
                throw new FormatException("summary: " + summary + " is no build summary of version " + SCHEMA_VERSION);
            }
            return json;
        } catch (JacksonException e) {
            throw new FormatException("summary: " + summary + " is not JSON", e);
        }
    }

    private static @Nullable Object plain(JsonNode node) {
        return JsonMapper.shared().convertValue(node, Object.class);
    }
}
