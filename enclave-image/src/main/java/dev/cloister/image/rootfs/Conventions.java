package dev.cloister.image.rootfs;

import dev.cloister.image.file.Content;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * What every root filesystem goes through, after linuxkit's example: what an enclave mounts itself or cannot use goes,
 * what the build machine left of itself goes, what the init needs as a mount point is there.
 */
public final class Conventions {
    private static final List<String> EMPTIED = List.of("dev", "boot");

    /** Names of the machine or container that the tree was made in; they would differ from build to build. */
    private static final List<String> REMOVED = List.of(".dockerenv", "etc/hostname", "etc/resolv.conf");

    private static final List<String> MOUNT_POINTS = List.of("dev", "run", "sys", "var", "proc", "tmp");

    private static final String HOSTS = "127.0.0.1 localhost\n::1 localhost\n";

    private Conventions() {}

    /** Applies them to a root filesystem, before its overlays. */
    public static void apply(FileTree tree, Consumer<Warning> warnings) throws FormatException {
        for (String name : EMPTIED) {
            ImagePath path = ImagePath.of(name);
            int count = tree.removeBelow(path);
            if (count > 0) {
                warnings.accept(new Warning(path, count + " files below left out, of no use in an enclave"));
            }
        }
        for (String name : REMOVED) {
            ImagePath path = ImagePath.of(name);
            if (tree.get(path) != null) {
                tree.remove(path);
                warnings.accept(new Warning(path, "left out, it belongs to the machine that made the tree"));
            }
        }
        for (String name : MOUNT_POINTS) {
            tree.ensureDirectory(ImagePath.of(name), name.equals("tmp") ? 01777 : 0755);
        }
        tree.overlay(
                ImagePath.of("etc/hosts"),
                new Node.RegularFile(0644, 0, 0, Content.of(HOSTS.getBytes(StandardCharsets.US_ASCII))));
    }
}
