package dev.cloister.image.build;

import dev.cloister.image.cpio.CpioArchive;
import dev.cloister.image.file.Content;
import dev.cloister.image.file.FileContent;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.manifest.Recipe;
import dev.cloister.image.manifest.ServerPolicy;
import dev.cloister.image.rootfs.DirectorySource;
import dev.cloister.image.rootfs.DirectorySource.Permissions;
import dev.cloister.image.rootfs.FileTree;
import dev.cloister.image.rootfs.SourceLayer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What went into an image, and what each part hashes to: a file as SHA-256 of its bytes ({@code sha256:…}), a folder as
 * SHA-256 of the archive that this program makes of it ({@code tree-sha256:…}), which holds names, permissions, links
 * and contents and no times or owners; a layer of a container image as SHA-256 of its contents without compression.
 */
public final class InputDigests {
    /** The kind of the one input that a recipe does not name, since it is what the recipe was read from. */
    static final String MANIFEST = "manifest";

    private InputDigests() {}

    /**
     * One part.
     *
     * @param kind such as {@code kernel} or {@code overlay opt/app}
     * @param path on this machine
     * @param digest with its algorithm before it
     * @param bytes its size, for a folder the archive's
     */
    public record Input(String kind, Path path, String digest, long bytes) {}

    /**
     * The file that a recipe was read from.
     *
     * @param bytes its contents
     */
    public static Input manifest(Path path, byte[] bytes) throws IOException {
        return new Input(MANIFEST, path, "sha256:" + sha256(Content.of(bytes)), bytes.length);
    }

    /** The same of a file that lies there now, if it does. */
    static Optional<Input> manifest(Path path) throws IOException, FormatException {
        return Files.isRegularFile(path) ? Optional.of(of(MANIFEST, path, Permissions.AS_FOUND)) : Optional.empty();
    }

    /**
     * Every part of a recipe; reads each once.
     *
     * @param layers of the container image that is its root filesystem, as the build has read them
     */
    public static List<Input> of(Recipe recipe, List<SourceLayer> layers) throws IOException, FormatException {
        List<Input> inputs = new ArrayList<>();
        Path blobs = recipe.blobs();
        for (String name : List.of("bzImage", "Image", "bzImage.config", "Image.config", "cmdline", "init", "nsm.ko")) {
            if (Files.exists(blobs.resolve(name))) {
                inputs.add(of(kindOf(name), blobs.resolve(name), Permissions.AS_FOUND));
            }
        }
        inputs.add(of("rootfs", recipe.rootfs(), Permissions.AS_FOUND));
        for (int i = 0; i < layers.size(); i++) {
            SourceLayer layer = layers.get(i);
            inputs.add(new Input("layer " + (i + 1), recipe.rootfs(), layer.digest(), layer.bytes()));
        }
        if (recipe.server().isPresent()) {
            for (String part : List.of("runtime", "lib")) {
                inputs.add(of("server " + part, recipe.server().get().resolve(part), Permissions.NORMAL));
            }
        }
        if (recipe.policy().orElse(null) instanceof ServerPolicy.FromFile file) {
            inputs.add(of("enclave_config", file.file(), Permissions.NORMAL));
        }
        if (recipe.kmsRoots().isPresent()) {
            inputs.add(of("kms_roots", recipe.kmsRoots().get(), Permissions.NORMAL));
        }
        for (Recipe.Layer layer : recipe.overlays()) {
            inputs.add(of("overlay " + layer.path(), layer.from(), Permissions.NORMAL));
        }
        return inputs;
    }

    private static String kindOf(String blob) {
        return switch (blob) {
            case "bzImage", "Image" -> "kernel";
            case "nsm.ko" -> "nsm";
            case "cmdline", "init" -> blob;
            default -> "kernel configuration";
        };
    }

    private static Input of(String kind, Path path, Permissions permissions) throws IOException, FormatException {
        Path real = path.toRealPath();
        if (!Files.isDirectory(real)) {
            Content file = FileContent.of(real);
            return new Input(kind, path, "sha256:" + sha256(file), file.size());
        }
        FileTree tree = new FileTree();
        new DirectorySource(real, permissions).addTo(tree, warning -> {});
        Content archive = new CpioArchive(tree.entriesBelow(ImagePath.of("tree")), 0);
        return new Input(kind, path, "tree-sha256:" + sha256(archive), archive.size());
    }

    /** SHA-256, in hex. */
    static String sha256(Content content) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
                content.writeTo(out);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}
