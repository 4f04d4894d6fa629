package dev.cloister.image.manifest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A recipe in the manifest's own keys, so that {@link RecipeReader} reads it back. */
public final class RecipeWriter {
    private final Path folder;

    /**
     * Prepares to write.
     *
     * @param folder what paths are written relative to
     */
    public RecipeWriter(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** The manifest, as an object of JSON. */
    public Map<String, Object> write(Recipe recipe) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", recipe.name());
        map.put("version", recipe.version());
        map.put("source_date_epoch", recipe.epoch());
        map.put("blobs", relative(recipe.blobs()));
        map.put("rootfs", relative(recipe.rootfs()));
        recipe.server().ifPresent(server -> map.put("server", relative(server)));
        recipe.policy().ifPresent(policy -> {
            switch (policy) {
                case ServerPolicy.FromFile file -> map.put("enclave_config", relative(file.file()));
                case ServerPolicy.OfSettings settings -> map.put("policy", settings.settings());
            }
        });
        recipe.kmsRoots().ifPresent(roots -> map.put("kms_roots", relative(roots)));
        List<Map<String, Object>> overlays = new ArrayList<>();
        for (Recipe.Layer layer : recipe.overlays()) {
            Map<String, Object> overlay = new LinkedHashMap<>();
            overlay.put("path", layer.path());
            overlay.put("from", relative(layer.from()));
            overlays.add(overlay);
        }
        putFilled(map, "overlays", overlays);
        Map<String, String> modes = new LinkedHashMap<>();
        recipe.modes().forEach((path, mode) -> modes.put(path, String.format("%04o", mode)));
        if (!modes.isEmpty()) {
            map.put("modes", modes);
        }
        Recipe.Start start = recipe.launch();
        putFilled(map, "cmd", start.command());
        if (!start.environment().isEmpty()) {
            map.put("env", new TreeMap<>(start.environment()));
        }
        start.user().ifPresent(user -> map.put("user", user));
        start.directory().ifPresent(directory -> map.put("workdir", directory));
        return map;
    }

    /** The reader refuses a key without a value. */
    private static void putFilled(Map<String, Object> map, String key, List<?> list) {
        if (!list.isEmpty()) {
            map.put(key, list);
        }
    }

    private String relative(Path path) {
        Path relative = folder.relativize(path.toAbsolutePath().normalize());
        return relative.toString().isEmpty() ? "." : relative.toString();
    }
}
