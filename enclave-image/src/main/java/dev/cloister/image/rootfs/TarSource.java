package dev.cloister.image.rootfs;

import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.function.Consumer;

/**
 * An uncompressed tar archive of a whole root filesystem, as mmdebstrap writes it. Owners and permissions are the
 * archive's. A hard link becomes a file of its own with the same contents.
 */
public final class TarSource implements RootfsSource {
    private static final String FORMAT = "tar";

    /** The kernel's PATH_MAX, with the final NUL. */
    private static final int MAX_TARGET = 4095;

    /** How compressed archives begin. */
    private static final Map<String, String> COMPRESSED =
            Map.of("\u001f\u008b", "gzip", "(\u00b5/\u00fd", "zstd", "\u00fd7zXZ", "xz", "BZh", "bzip2");

    private final FileChannel channel;

    private TarSource(FileChannel channel) {
        this.channel = channel;
    }

    public static TarSource open(Path file) throws IOException {
        return new TarSource(FileChannel.open(file, StandardOpenOption.READ));
    }

    @Override
    public void addTo(FileTree tree, Consumer<Warning> warnings) throws IOException, FormatException {
        FileRegion archive = new FileRegion(channel, 0, channel.size());
        checkUncompressed(archive);
        TarReader reader = new TarReader(archive);
        for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
            String name = relative(entry.name());
            if (!name.isEmpty()) {
                add(tree, ImagePath.read(FORMAT, name), entry, warnings);
            }
        }
    }

    private static void add(FileTree tree, ImagePath path, TarEntry entry, Consumer<Warning> warnings)
            throws FormatException {
        if (!entry.attributes().isEmpty()) {
            warnings.accept(new Warning(path, "loses " + String.join(", ", entry.attributes())));
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

    private static Node linked(FileTree tree, ImagePath path, TarEntry entry) throws FormatException {
        ImagePath target = ImagePath.read(FORMAT, relative(entry.linkTarget()));
        Node node = tree.get(target);
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
    private static String relative(String name) {
        String relative = name;
        while (relative.startsWith("./")) {
            relative = relative.substring(2);
        }
        if (relative.endsWith("/")) {
            relative = relative.substring(0, relative.length() - 1);
        }
        return relative.equals(".") ? "" : relative;
    }

    private static void checkUncompressed(FileRegion archive) throws IOException, FormatException {
        String start =
                ImagePath.latin1(archive.slice(0, Math.min(8, archive.size())).readAll(8));
        for (Map.Entry<String, String> compressed : COMPRESSED.entrySet()) {
            if (start.startsWith(compressed.getKey())) {
                throw new FormatException("tar: compressed with " + compressed.getValue() + "; decompress it first");
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
