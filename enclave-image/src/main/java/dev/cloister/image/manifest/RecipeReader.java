package dev.cloister.image.manifest;

import dev.cloister.image.manifest.Recipe.Layer;
import dev.cloister.image.manifest.Recipe.Start;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads {@code image.yaml}, as {@code docs/format/image-v1.md} describes it. Paths are relative to the manifest's
 * folder, unknown keys are refused, and so is a key without a value.
 */
public final class RecipeReader {
    /** What holds where neither manifest nor environment says otherwise. */
    public static final String DEFAULT_NAME = "enclave";

    public static final String DEFAULT_VERSION = "1.0";

    /** The largest time that an archive's header holds. */
    private static final long MAX_EPOCH = 0xffff_ffffL;

    private static final Set<String> TOP = Set.of(
            "name",
            "version",
            "source_date_epoch",
            "blobs",
            "rootfs",
            "server",
            "enclave_config",
            "policy",
            "kms_roots",
            "overlays",
            "modes",
            "cmd",
            "env",
            "user",
            "workdir");

    private final Path folder;
    private final Path defaultBlobs;
    private final long defaultEpoch;

    /**
     * Prepares to read.
     *
     * @param folder what paths are relative to
     * @param defaultBlobs where blobs are when the manifest does not say
     * @param defaultEpoch the build time when the manifest does not say, in seconds since 1970
     */
    public RecipeReader(Path folder, Path defaultBlobs, long defaultEpoch) {
        this.folder = folder;
        this.defaultBlobs = defaultBlobs;
        this.defaultEpoch = defaultEpoch;
    }

    /** A whole manifest. */
    public Recipe read(byte[] file) throws ManifestException {
        Keys top = Keys.parse(file, TOP);
        return new Recipe(
                top.text("name").orElse(DEFAULT_NAME),
                top.text("version").orElse(DEFAULT_VERSION),
                top.number("source_date_epoch", 0, MAX_EPOCH).orElse(defaultEpoch),
                path(top, "blobs").orElse(defaultBlobs),
                resolve("rootfs", top.demandText("rootfs")),
                path(top, "server"),
                policy(top),
                path(top, "kms_roots"),
                overlays(top),
                modes(top),
                new Start(top.texts("cmd"), top.map("env"), top.text("user"), top.text("workdir")));
    }

    private Optional<ServerPolicy> policy(Keys top) throws ManifestException {
        Optional<Path> file = path(top, "enclave_config");
        Optional<ServerPolicy> settings = PolicyReader.read(top);
        if ((file.isPresent() || settings.isPresent()) && !top.has("server")) {
            // Nobody would enforce it, and it would be measured all the same.
            throw new ManifestException("'policy' and 'enclave_config' are for the enclave server; add 'server'");
        }
        if (file.isPresent() && settings.isPresent()) {
            throw new ManifestException("'policy' and 'enclave_config' exclude each other");
        }
        return file.<ServerPolicy>map(ServerPolicy.FromFile::new).or(() -> settings);
    }

    private List<Layer> overlays(Keys top) throws ManifestException {
        List<Layer> overlays = new ArrayList<>();
        for (Keys overlay : top.list("overlays", Set.of("path", "from"))) {
            overlays.add(new Layer(overlay.demandText("path"), resolve("from", overlay.demandText("from"))));
        }
        return overlays;
    }

    private static Map<String, Integer> modes(Keys top) throws ManifestException {
        Map<String, Integer> modes = new LinkedHashMap<>();
        for (Map.Entry<String, String> mode : top.map("modes").entrySet()) {
            modes.put(mode.getKey(), mode(mode.getValue()));
        }
        return modes;
    }

    /**
     * Permissions in octal.
     *
     * @throws ManifestException unless it is four digits, or three
     */
    public static int mode(String text) throws ManifestException {
        if (!text.matches("[0-7]{3,4}")) {
            throw new ManifestException("a mode is three or four octal digits in quotes, such as \"0755\"");
        }
        return Integer.parseInt(text, 8);
    }

    private Optional<Path> path(Keys keys, String key) throws ManifestException {
        Optional<String> text = keys.text(key);
        return text.isEmpty() ? Optional.empty() : Optional.of(resolve(key, text.get()));
    }

    private Path resolve(String key, String text) throws ManifestException {
        try {
            return folder.resolve(text);
        } catch (InvalidPathException e) {
            throw new ManifestException("'" + key + "' is no path");
        }
    }
}
