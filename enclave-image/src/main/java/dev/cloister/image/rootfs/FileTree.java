package dev.cloister.image.rootfs;

import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The files of an image, ordered by path. Holds names and places of contents, never contents of files. */
public final class FileTree {
    /** So that a hostile archive of empty files cannot take all memory. */
    private static final int MAX_FILES = 2_000_000;

    private final NavigableMap<ImagePath, Node> nodes = new TreeMap<>();

    /**
     * Adds a file of a root filesystem. Parents come into being with mode 0755; an entry of their own may follow.
     *
     * @throws FormatException when the path is taken, unless by a directory and for one, or runs through a file
     */
    public void add(ImagePath path, Node node) throws FormatException {
        Node present = nodes.get(path);
        boolean bothDirectories = present instanceof Node.Directory && node instanceof Node.Directory;
        if (present != null && !bothDirectories) {
            throw new FormatException("root filesystem: '" + path + "' occurs twice");
        }
        put(path, node);
    }

    /**
     * Puts a file in place of whatever file is there.
     *
     * @throws FormatException when a directory would replace something else or be replaced by it, or the path runs through a file
     */
    public void overlay(ImagePath path, Node node) throws FormatException {
        Node present = nodes.get(path);
        boolean isDirectory = node instanceof Node.Directory;
        if (present != null && isDirectory != present instanceof Node.Directory) {
            throw new FormatException(
                    "overlay: '" + path + "' is " + (isDirectory ? "no" : "a") + " directory in the root filesystem");
        }
        if (present == null || !isDirectory) {
            put(path, node);
        }
    }

    private void put(ImagePath path, Node node) throws FormatException {
        addParents(path);
        nodes.put(path, node);
        if (nodes.size() > MAX_FILES) {
            throw new FormatException("root filesystem: more than " + MAX_FILES + " files");
        }
    }

    private void addParents(ImagePath path) throws FormatException {
        for (ImagePath at = path; at.hasParent(); ) {
            at = at.parent();
            Node present = nodes.get(at);
            if (present == null) {
                nodes.put(at, Node.Directory.DEFAULT);
            } else if (present instanceof Node.Directory) {
                return;
            } else {
                String kind = present instanceof Node.SymbolicLink ? "a symbolic link" : "a file";
                throw new FormatException("root filesystem: '" + path + "' lies below '" + at + "', which is " + kind);
            }
        }
    }

    /** Adds a directory unless there is one. */
    public void ensureDirectory(ImagePath path, int permissions) throws FormatException {
        if (!nodes.containsKey(path)) {
            put(path, new Node.Directory(permissions, 0, 0));
        }
    }

    public @Nullable Node get(ImagePath path) {
        return nodes.get(path);
    }

    public void remove(ImagePath path) {
        removeBelow(path);
        nodes.remove(path);
    }

    /**
     * Empties a directory.
     *
     * @return how many files are gone
     */
    public int removeBelow(ImagePath directory) {
        NavigableMap<ImagePath, Node> below = nodes.subMap(
                new ImagePath(directory.latin1() + "/\u0001"), true, new ImagePath(directory.latin1() + "0"), false);
        int count = below.size();
        below.clear();
        return count;
    }

    /** Every file as an archive's entry, in order, below a directory of the archive. */
    public List<CpioEntry> entriesBelow(ImagePath directory) {
        List<CpioEntry> entries = new ArrayList<>(nodes.size());
        nodes.forEach((path, node) -> entries.add(node.at(directory.resolve(path))));
        return entries;
    }
}
