package dev.cloister.envelope.archive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory that has been looked through: everything in it can go into a package, and there is at least one file. */
public final class SourceTree {
    // <sys/stat.h>: the type of a file is in these bits of its mode.
    private static final int TYPE_MASK = 0170000;
    private static final int SOCKET = 0140000;
    private static final int PIPE = 0010000;

    private final Path root;
    private final ArchiveSummary summary;

    private SourceTree(Path root, ArchiveSummary summary) {
        this.root = root;
        this.summary = summary;
    }

    /**
     * Looks through a directory without reading any file.
     *
     * @throws ArchiveException if it holds no file, or something that has no place in a package; the message names it
     * @throws NotDirectoryException if it is not a directory
     */
    public static SourceTree scan(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new NotDirectoryException(directory.toString());
        }
        Counter counter = new Counter();
        walk(directory, "", counter);
        if (counter.files == 0) {
            throw new ArchiveException("nothing to encrypt in " + directory);
        }
        return new SourceTree(directory, new ArchiveSummary(counter.entries, counter.bytes));
    }

    /** What the directory held when it was looked through. */
    public ArchiveSummary summary() {
        return summary;
    }

    /** Visits all entries in ascending order of their names' bytes, directories with their slash. */
    void walk(Visitor visitor) throws IOException {
        walk(root, "", visitor);
    }

    @FunctionalInterface
    interface Visitor {
        void visit(Entry entry, Path path) throws IOException;
    }

    private static void walk(Path directory, String prefix, Visitor visitor) throws IOException {
        for (Child child : children(directory)) {
            String name = prefix + child.name;
            Entry entry = child.entry(name);
            visitor.visit(entry, child.path);
            if (entry instanceof Entry.Directory) {
                walk(child.path, name + "/", visitor);
            }
        }
    }

    private static List<Child> children(Path directory) throws IOException {
        List<Child> children = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory)) {
            for (Path path : paths) {
                children.add(new Child(
                        path,
                        PathNames.lastName(path),
                        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)));
            }
        }
        children.sort((a, b) -> Arrays.compareUnsigned(a.sortKey(), b.sortKey()));
        return children;
    }

    private record Child(Path path, String name, PosixFileAttributes attributes) {
        byte[] sortKey() {
            return (attributes.isDirectory() ? name + "/" : name).getBytes(StandardCharsets.UTF_8);
        }

        Entry entry(String fullName) throws IOException {
            refuseIf(EntryNames.faultOfName(fullName));
            if (attributes.isDirectory()) {
                return new Entry.Directory(fullName);
            }
            if (attributes.isRegularFile()) {
                boolean executable = attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE);
                return new Entry.RegularFile(fullName, attributes.size(), executable);
            }
            if (attributes.isSymbolicLink()) {
                return link(fullName);
            }
            int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            throw refused(
                    switch (mode & TYPE_MASK) {
                        case SOCKET -> "it is a socket";
                        case PIPE -> "it is a pipe";
                        default -> "it is a device";
                    });
        }

        private Entry link(String fullName) throws IOException {
            Path target = Files.readSymbolicLink(path);
            if (target.isAbsolute()) {
                throw refused("it is a link to an absolute path");
            }
            // A dot component says nothing, and the format has no place for it.
            String text = names(target).filter(name -> !name.equals(".")).collect(Collectors.joining("/"));
            refuseIf(EntryNames.faultOfTarget(fullName, text));
            return new Entry.SymbolicLink(fullName, text);
        }

        private static Stream<String> names(Path target) throws ArchiveException {
            List<String> names = new ArrayList<>();
            for (Path component : target) {
                names.add(PathNames.lastName(component));
            }
            return names.stream();
        }

        private void refuseIf(@Nullable String fault) throws ArchiveException {
            if (fault != null) {
                throw refused(fault);
            }
        }

        private ArchiveException refused(String fault) {
            return new ArchiveException("cannot package " + path + ": " + fault);
        }
    }

    private static final class Counter implements Visitor {
        private long entries;
        private long files;
        private long bytes;

        @Override
        public void visit(Entry entry, Path path) {
            entries++;
            if (entry instanceof Entry.RegularFile file) {
                files++;
                bytes += file.size();
            }
        }
    }
}
