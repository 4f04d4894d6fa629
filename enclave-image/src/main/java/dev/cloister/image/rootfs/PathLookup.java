package dev.cloister.image.rootfs;

import dev.cloister.image.file.Content;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Finds files of a tree as a process would whose root it is: links are followed, and none leads out. */
public final class PathLookup {
    /** The kernel's own. */
    private static final int MAX_LINKS = 40;

    private final FileTree tree;

    public PathLookup(FileTree tree) {
        this.tree = tree;
    }

    /**
     * Where a path leads.
     *
     * @param latin1 absolute, or relative to the root
     * @return the path of what lies there or could be made there, empty for the root itself
     * @throws FormatException when it runs through a file or in circles
     */
    public Optional<ImagePath> resolve(String latin1) throws FormatException {
        Deque<String> parts = new ArrayDeque<>(List.of(latin1.split("/")));
        List<String> at = new ArrayList<>();
        int links = 0;
        while (!parts.isEmpty()) {
            String part = parts.pop();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..")) {
                if (!at.isEmpty()) {
                    at.removeLast();
                }
                continue;
            }
            at.add(part);
            Node node = tree.get(ImagePath.read("image", String.join("/", at)));
            if (node instanceof Node.SymbolicLink link) {
                if (++links > MAX_LINKS) {
                    throw new FormatException(
                            "image: too many links on the way to '" + new Origin(latin1).source() + "'");
                }
                at.removeLast();
                if (link.target().startsWith("/")) {
                    at.clear();
                }
                Arrays.asList(link.target().split("/")).reversed().forEach(parts::push);
            } else if (node instanceof Node.RegularFile && !parts.isEmpty()) {
                throw new FormatException("image: '" + String.join("/", at) + "' is no directory");
            }
        }
        return at.isEmpty() ? Optional.empty() : Optional.of(new ImagePath(String.join("/", at)));
    }

    /** The file that a path leads to, if there is one. */
    public Optional<Node.RegularFile> file(String latin1) throws FormatException {
        return resolve(latin1)
                .map(tree::get)
                .filter(Node.RegularFile.class::isInstance)
                .map(Node.RegularFile.class::cast);
    }

    /**
     * The bytes of a small file, if there is one.
     *
     * @param limit largest size
     */
    public Optional<byte[]> read(String latin1, int limit) throws IOException, FormatException {
        Optional<Node.RegularFile> file = file(latin1);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        Content content = file.get().content();
        if (content.size() > limit) {
            throw new FormatException(
                    "image: '" + new Origin(latin1).source() + "' is longer than " + limit + " bytes");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) content.size());
        content.writeTo(bytes);
        return Optional.of(bytes.toByteArray());
    }
}
