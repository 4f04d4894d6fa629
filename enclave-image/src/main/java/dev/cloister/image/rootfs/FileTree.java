package dev.cloister.image.rootfs;

import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The files of an image, ordered by path. Holds names and places of contents, never contents of files. It is filled
 * origin by origin: within one nothing occurs twice, and a later one replaces and hides what earlier ones brought.
 */
public final class FileTree {
    /** So that a hostile archive of empty files cannot take all memory. */
    static final int MAX_FILES = 400_000;

    /** All names together, for the same reason. */
    static final long MAX_NAME_BYTES = 48L << 20;

    private final NavigableMap<ImagePath, Placed> nodes = new TreeMap<>();
    private final List<Origin> origins = new ArrayList<>(List.of(Origin.OWN));
    private long nameBytes;

    /** A file and the number of the origin that brought it. */
    private record Placed(Node node, int layer) {}

    /** What is added from now on comes from here. */
    public void begin(Origin origin) {
        origins.add(origin);
    }

    private int layer() {
        return origins.size() - 1;
    }

    /**
     * Adds a file of a root filesystem. Parents come into being with mode 0755; an entry of their own may follow. What
     * an earlier origin had at the path goes, with all that lies below, unless both are directories.
     *
     * @throws FormatException when this origin has brought the path before, unless as a directory and for one, or the
     *     path runs through a file
     */
    public void add(ImagePath path, Node node) throws FormatException {
        Placed present = nodes.get(path);
        boolean bothDirectories =
                present != null && present.node instanceof Node.Directory && node instanceof Node.Directory;
        if (present != null && !bothDirectories) {
            if (present.layer == layer() || hide(path)) {
                throw new FormatException("root filesystem: '" + path + "' occurs twice");
            }
        }
        put(path, node);
    }

    /**
     * Puts a file in place of whatever file is there.
     *
     * @throws FormatException when a directory would replace something else or be replaced by it, or the path runs through a file
     */
    public void overlay(ImagePath path, Node node) throws FormatException {
        Node present = get(path);
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
        place(path, node);
    }

    private void place(ImagePath path, Node node) throws FormatException {
        if (nodes.put(path, new Placed(node, layer())) == null) {
            nameBytes += path.latin1().length();
            if (nodes.size() > MAX_FILES || nameBytes > MAX_NAME_BYTES) {
                throw new FormatException("root filesystem: more than " + MAX_FILES + " files, or "
                        + (MAX_NAME_BYTES >> 20) + " MiB of names");
            }
        }
    }

    private void addParents(ImagePath path) throws FormatException {
        for (ImagePath at = path; at.hasParent(); ) {
            at = at.parent();
            Node present = get(at);
            if (present == null) {
                place(at, Node.Directory.DEFAULT);
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

    /**
     * Changes the permissions of a file or directory.
     *
     * @throws FormatException when there is none at the path
     */
    public void setPermissions(ImagePath path, int permissions) throws FormatException {
        Placed placed = nodes.get(path);
        Node changed = switch (placed == null ? null : placed.node) {
            case Node.Directory directory -> new Node.Directory(permissions, directory.uid(), directory.gid());
            case Node.RegularFile file -> new Node.RegularFile(permissions, file.uid(), file.gid(), file.content());
            case Node.SymbolicLink link ->
                throw new FormatException("image: '" + path + "' is a symbolic link, which has no mode");
            case null -> throw new FormatException("image: no file '" + path + "' to set a mode of");
        };
        nodes.put(path, new Placed(changed, Objects.requireNonNull(placed).layer));
    }

    /** Every file and directory, in order of path. */
    public void forEach(BiConsumer<ImagePath, Node> taker) {
        nodes.forEach((path, placed) -> taker.accept(path, placed.node));
    }

    public @Nullable Node get(ImagePath path) {
        Placed placed = nodes.get(path);
        return placed == null ? null : placed.node;
    }

    public void remove(ImagePath path) {
        removeBelow(path);
        forget(path);
    }

    /**
     * Empties a directory.
     *
     * @return how many files are gone
     */
    public int removeBelow(ImagePath directory) {
        List<ImagePath> below = List.copyOf(below(directory).keySet());
        below.forEach(this::forget);
        return below.size();
    }

    /**
     * Removes a file and all that lies below, as far as earlier origins brought it.
     *
     * @return whether something of this origin is left there
     */
    boolean hide(ImagePath path) {
        boolean isNeeded = hideBelow(path);
        Placed present = nodes.get(path);
        if (present != null && present.layer != layer() && !isNeeded) {
            forget(path);
            return false;
        }
        return isNeeded || present != null;
    }

    /**
     * Empties a directory of what earlier origins brought.
     *
     * @return whether something of this origin is left there
     */
    boolean hideBelow(ImagePath directory) {
        Set<ImagePath> needed = new HashSet<>();
        for (ImagePath path : List.copyOf(below(directory).descendingMap().keySet())) {
            Placed placed = nodes.get(path);
            if (placed != null && (placed.layer == layer() || needed.contains(path))) {
                needed.add(path.parent());
            } else {
                forget(path);
            }
        }
        return needed.contains(directory);
    }

    /** Hides everything, as an opaque root directory does. */
    void hideAll() {
        for (ImagePath path : List.copyOf(nodes.keySet())) {
            if (!path.hasParent()) {
                hide(path);
            }
        }
    }

    private void forget(ImagePath path) {
        if (nodes.remove(path) != null) {
            nameBytes -= path.latin1().length();
        }
    }

    private NavigableMap<ImagePath, Placed> below(ImagePath directory) {
        return nodes.subMap(
                new ImagePath(directory.latin1() + "/\u0001"), true, new ImagePath(directory.latin1() + "0"), false);
    }

    /** Every file as an archive's entry, in order, below a directory of the archive. */
    public List<CpioEntry> entriesBelow(ImagePath directory) {
        List<CpioEntry> entries = new ArrayList<>(nodes.size());
        nodes.forEach((path, placed) -> entries.add(placed.node.at(directory.resolve(path))));
        return entries;
    }

    /** What each origin brought that is still there, in the order in which they came; those that brought nothing too. */
    public List<Contribution> contributions() {
        int[] files = new int[origins.size()];
        long[] bytes = new long[origins.size()];
        for (Placed placed : nodes.values()) {
            files[placed.layer] += placed.node instanceof Node.Directory ? 0 : 1;
            bytes[placed.layer] += placed.node instanceof Node.RegularFile file
                    ? file.content().size()
                    : 0;
        }
        List<Contribution> contributions = new ArrayList<>();
        for (int i = 0; i < files.length; i++) {
            contributions.add(new Contribution(origins.get(i), files[i], bytes[i]));
        }
        return contributions;
    }
}
