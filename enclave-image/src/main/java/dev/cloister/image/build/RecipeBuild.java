package dev.cloister.image.build;

import dev.cloister.image.build.ImageBuilder.Built;
import dev.cloister.image.build.ImageBuilder.Identity;
import dev.cloister.image.build.ImageBuilder.Inspector;
import dev.cloister.image.container.Sources;
import dev.cloister.image.file.Content;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.manifest.Recipe;
import dev.cloister.image.manifest.ServerPolicy;
import dev.cloister.image.rootfs.Overlay;
import dev.cloister.image.rootfs.RootfsSource;
import dev.cloister.image.rootfs.Warning;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Builds what a recipe says. */
public final class RecipeBuild {
    /** Of this program. */
    public static final String TOOL_VERSION = "0.1.0";

    private final Recipe recipe;

    public RecipeBuild(Recipe recipe) {
        this.recipe = recipe;
    }

    /**
     * Writes the image, in place of any file of that name, and only when it is complete.
     *
     * @param warnings told of each file that could not be carried over as it was
     * @param inspector looks at the root filesystem before it is written
     * @throws FormatException when the parts do not make an image
     */
    public Built build(Path image, Consumer<Warning> warnings, Inspector inspector)
            throws IOException, FormatException {
        Blobs blobs = Blobs.of(recipe.blobs());
        // A disk that holds the image has room for what is decompressed on the way.
        Path scratch = image.toAbsolutePath().resolveSibling("");
        try (RootfsSource rootfs = Sources.open(recipe.rootfs(), blobs.architecture(), scratch)) {
            Recipe.Start start = recipe.launch();
            LaunchRequest launch = new LaunchRequest(
                    start.command(),
                    start.environment(),
                    start.user(),
                    start.directory(),
                    recipe.server().isPresent());
            Identity identity =
                    new Identity(recipe.name(), recipe.version(), Instant.ofEpochSecond(recipe.epoch()), TOOL_VERSION);
            return new ImageBuilder(blobs, rootfs, overlays(), modes(), launch, identity)
                    .build(image, warnings, inspector);
        }
    }

    private List<Overlay> overlays() throws FormatException {
        List<Overlay> all = new ArrayList<>();
        recipe.server().ifPresent(server -> all.addAll(EnclaveLayer.overlays(server)));
        recipe.kmsRoots().ifPresent(roots -> all.add(new Overlay.FromPath(EnclaveLayer.KMS_ROOTS, roots)));
        if (recipe.policy().isPresent()) {
            all.add(
                    switch (recipe.policy().get()) {
                        case ServerPolicy.FromFile file ->
                            new Overlay.FromPath(EnclaveLayer.CONFIGURATION, file.file());
                        case ServerPolicy.OfSettings settings -> configuration(settings.encode());
                    });
        } else if (recipe.kmsRoots().isPresent()) {
            all.add(configuration(EnclaveLayer.TRUST_KMS_ROOTS.getBytes(StandardCharsets.UTF_8)));
        }
        for (Recipe.Layer layer : recipe.overlays()) {
            all.add(new Overlay.FromPath(imagePath("overlay", layer.path()), layer.from()));
        }
        return all;
    }

    private static Overlay configuration(byte[] content) {
        return new Overlay.OfContent(EnclaveLayer.CONFIGURATION, Content.of(content));
    }

    private Map<ImagePath, Integer> modes() throws FormatException {
        Map<ImagePath, Integer> modes = new LinkedHashMap<>();
        for (Map.Entry<String, Integer> mode : recipe.modes().entrySet()) {
            modes.put(imagePath("mode", mode.getKey()), mode.getValue());
        }
        return modes;
    }

    private static ImagePath imagePath(String what, String path) throws FormatException {
        try {
            return ImagePath.of(path);
        } catch (IllegalArgumentException e) {
            throw new FormatException(what + ": " + e.getMessage(), e);
        }
    }
}
