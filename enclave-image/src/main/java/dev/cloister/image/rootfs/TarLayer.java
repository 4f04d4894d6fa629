package dev.cloister.image.rootfs;

import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts an uncompressed tar archive into a tree. Owners and permissions are the archive's. A hard link becomes a file of
 * its own with the same contents.
 */
public final class TarLayer {
    private static final String FORMAT = "tar";
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";

    /** The kernel's PATH_MAX, with the final NUL. */
    private static final int MAX_TARGET = 4095;

    private final FileRegion archive;
    private final boolean hasWhiteouts;
    private final Set<ImagePath> whiteouts = new HashSet<>();

    /**
     * Names the parts; nothing is read yet.
     *
     * @param archive stays open until the image is written
     * @param hasWhiteouts whether files named {@code .wh.NAME} say what the layers below lose
     */
    public TarLayer(FileRegion archive, boolean hasWhiteouts) {
        this.archive = archive;
        this.hasWhiteouts = hasWhiteouts;
    }

    /** Adds every file, and takes away what the archive hides. */
    public void addTo(FileTree tree, Consumer<Warning> warnings) throws IOException, FormatException {
        TarReader reader = new TarReader(archive);
        for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
            String name = relative(entry.name());
            if (!name.isEmpty() && !(hasWhiteouts && isWhiteout(tree, name))) {
                add(tree, ImagePath.read(FORMAT, name), entry, warnings);
            }
        }
    }

    private boolean isWhiteout(FileTree tree, String name) throws FormatException {
        int slash = name.lastIndexOf('/');
        String last = name.substring(slash + 1);
        if (!last.startsWith(WHITEOUT)) {
            return false;
        }
        ImagePath path = ImagePath.read(FORMAT, name);
        if (whiteouts.size() >= FileTree.MAX_FILES || !whiteouts.add(path)) {
            throw new FormatException("tar: '" + path + "' occurs twice, or there are too many of its kind");
        }
        String folder = name.substring(0, Math.max(0, slash));
        if (last.equals(OPAQUE)) {
            if (folder.isEmpty()) {
                tree.hideAll();
            } else {
                tree.hideBelow(new ImagePath(folder));
            }
            return true;
        }
        if (last.startsWith(WHITEOUT + WHITEOUT)) {
            // Notes of the storage driver that made the layer, such as .wh..wh.plnk.
            return true;
        }
        tree.hide(ImagePath.read(FORMAT, (folder.isEmpty() ? "" : folder + "/") + last.substring(WHITEOUT.length())));
        return true;
    }

    private static void add(FileTree tree, ImagePath path, TarEntry entry, Consumer<Warning> warnings)
            throws FormatException {
        if (!entry.attributes().isEmpty()) {
            warnings.accept(Warning.loses(path, entry.attributes()));
        }
        switch (entry.type()) {
            case '0' ->
                tree.add(path, new Node.RegularFile(entry.permissions(), entry.uid(), entry.gid(), entry.data()));
            case '1' -> tree.add(path, linked(tree, path, entry));
            case '2' -> tree.add(path, symbolicLink(path, entry));
            case '5' -> tree.add(path, new Node.Directory(entry.permissions(), entry.uid(), entry.gid()));
            default -> warnings.accept(new Warning(path, "left out, a device or pipe"));
        }
    }

    /** The target may lie in a layer below. */
    private static Node linked(FileTree tree, ImagePath path, TarEntry entry) throws FormatException {
        ImagePath target = ImagePath.read(FORMAT, relative(entry.linkTarget()));
        @Nullable Node node = tree.get(target);
        if (node == null || node instanceof Node.Directory) {
            throw new FormatException("tar: hard link '" + path + "' to '" + target + "', which is no earlier file");
        }
        return node;
    }

    private static Node symbolicLink(ImagePath path, TarEntry entry) throws FormatException {
        String target = entry.linkTarget();
        if (target.isEmpty() || target.length() > MAX_TARGET || target.indexOf('\0') >= 0) {
            throw new FormatException("tar: the target of the symbolic link '" + path + "'");
        }
        return new Node.SymbolicLink(target, entry.uid(), entry.gid());
    }

    /** Without leading {@code ./} and trailing slash; empty for the root itself. */
    static String relative(String name) {
        String relative = name;
        while (relative.startsWith("./")) {
            relative = relative.substring(2);
        }
        if (relative.endsWith("/")) {
            relative = relative.substring(0, relative.length() - 1);
        }
        return relative.equals(".") ? "" : relative;
    }
}
