package dev.cloister.image.build;

import dev.cloister.cli.Json;
import dev.cloister.image.build.ImageBuilder.Built;
import dev.cloister.image.build.InputDigests.Input;
import dev.cloister.image.file.FileContent;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.manifest.ManifestException;
import dev.cloister.image.manifest.Recipe;
import dev.cloister.image.manifest.RecipeReader;
import dev.cloister.image.manifest.RecipeWriter;
import dev.cloister.image.rootfs.SourceLayer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
     * @param manifest that the recipe was read from, if it was
     * @param image where it lies now, to be read
     */
    public static String write(
            Path folder, Recipe recipe, Optional<Input> manifest, Built built, Path image, List<String> warnings)
            throws IOException, FormatException {
        Path base = folder.toAbsolutePath().normalize();
        Map<String, @Nullable Object> summary = new LinkedHashMap<>();
        summary.put("SchemaVersion", SCHEMA_VERSION);
        summary.put("Tool", "cloister");
        summary.put("ToolVersion", RecipeBuild.TOOL_VERSION);
        summary.put("Recipe", new RecipeWriter(base).write(recipe));
        List<Map<String, Object>> inputs = new ArrayList<>();
        manifest.ifPresent(input -> inputs.add(json(base, input)));
        for (Input input : InputDigests.of(recipe, built.sourceLayers())) {
            inputs.add(json(base, input));
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

    private static Map<String, Object> json(Path base, Input input) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("Kind", input.kind());
        map.put("Path", base.relativize(input.path().toAbsolutePath().normalize()));
        map.put("Digest", input.digest());
        map.put("Bytes", input.bytes());
        return map;
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

    /**
     * Which inputs are not what they were, each as its kind and path; none where an image can be built again.
     *
     * @param layers of the container image, as building it again has read them
     */
    public static List<String> changedInputs(Path summary, List<SourceLayer> layers)
            throws IOException, FormatException {
        Map<String, Deque<String>> before = new LinkedHashMap<>();
        List<Input> now = new ArrayList<>();
        for (JsonNode input : read(summary).path("Inputs").values()) {
            String kind = input.path("Kind").asString("");
            before.computeIfAbsent(kind, key -> new ArrayDeque<>())
                    .add(input.path("Digest").asString(""));
            if (kind.equals(InputDigests.MANIFEST)) {
                InputDigests.manifest(path(summary, input)).ifPresent(now::add);
            }
        }
        now.addAll(InputDigests.of(recipe(summary), layers));
        List<String> changed = new ArrayList<>();
        for (Input input : now) {
            Deque<String> digests = before.getOrDefault(input.kind(), new ArrayDeque<>());
            if (!input.digest().equals(digests.poll())) {
                changed.add(input.kind() + " (" + input.path() + ")");
            }
        }
        before.forEach((kind, missing) -> missing.forEach(digest -> changed.add(kind + " (gone)")));
        return changed;
    }

    private static Path path(Path summary, JsonNode input) throws FormatException {
        try {
            return summary.toAbsolutePath()
                    .resolveSibling(input.path("Path").asString(""))
                    .normalize();
        } catch (InvalidPathException e) {
            throw new FormatException("summary: the Path of an input is none", e);
        }
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
