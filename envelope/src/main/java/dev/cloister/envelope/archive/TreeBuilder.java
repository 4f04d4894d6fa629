package dev.cloister.envelope.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Fills an empty directory with entries that nobody vouches for. Every file is created under a fresh name and never
 * through a link: an entry's parent must be a directory that this builder made, so nothing is ever written outside.
 */
final class TreeBuilder {
    private static final int COPY_BYTES = 1 << 18;

    /** docs/format/envelope-v1.md section 4.6; they are kept in memory until the end. */
    private static final long MAX_DIRECTORY_NAME_BYTES = 1 << 23;

    private static final Set<PosixFilePermission> MODE_755 = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final Set<PosixFilePermission> MODE_644 = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<OpenOption> FRESH =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final Path root;
    private final ArchiveLimits limits;
    private final Set<String> directories = new HashSet<>();
    private final byte[] buffer = new byte[COPY_BYTES];
    private long position;
    private long entries;
    private long bytes;
    private long directoryNameBytes;

    private TreeBuilder(Path root, ArchiveLimits limits) {
        this.root = root;
        this.limits = limits;
        directories.add("");
    }

    /** Puts all entries of an archive, in the archive's order. */
    @FunctionalInterface
    interface Filling {
        void into(TreeBuilder tree) throws IOException;
    }

    /** Reads on in the content of one file; -1 at its end. */
    @FunctionalInterface
    interface Content {
        int read(byte[] buffer) throws IOException;
    }

    /**
     * Fills {@code root}, or leaves it as empty as it was.
     *
     * @throws ArchiveException if the root is not empty, or an entry breaks a rule or a limit
     * @throws NoSpaceException if the file system is full
     */
    static ArchiveSummary build(Path root, ArchiveLimits limits, Filling filling) throws IOException {
        requireEmptyDirectory(root);
        TreeBuilder tree = new TreeBuilder(root, limits);
        try {
            filling.into(tree);
            return new ArchiveSummary(tree.entries, tree.bytes);
        } catch (ArchiveException e) {
            ArchiveException told =
                    new ArchiveException("archive refused at entry " + tree.position + ": " + e.getMessage());
            discard(root, told);
            throw told;
        } catch (Throwable e) {
            discard(root, e);
            throw e;
        }
    }

    /** Counts what is read next, so that a failure is told with its place in the archive. */
    void advance() {
        position++;
    }

    boolean hasDirectory(String name) {
        return directories.contains(name);
    }

    void directory(String name) throws IOException {
        Path path = place(name);
        directoryNameBytes += name.getBytes(StandardCharsets.UTF_8).length;
        if (directoryNameBytes > MAX_DIRECTORY_NAME_BYTES) {
            throw new ArchiveException("the names of its directories take too much memory");
        }
        writing(() -> {
            Files.createDirectory(path);
            // Said again: what creation gives is subject to the umask.
            Files.setPosixFilePermissions(path, MODE_755);
        });
        directories.add(name);
    }

    void link(String name, String target) throws IOException {
        Path path = place(name);
        refuseIf(EntryNames.faultOfTarget(name, target));
        writing(() -> Files.createSymbolicLink(path, PathNames.relative(target)));
    }

    /** Writes a file; {@code size} is what its header promises, or 0 where it promises nothing. */
    void file(String name, long size, boolean executable, Content content) throws IOException {
        Path path = place(name);
        requireRoom(size);
        try (FileChannel channel = create(path)) {
            int n;
            while ((n = content.read(buffer)) >= 0) {
                requireRoom(n);
                bytes += n;
                ByteBuffer chunk = ByteBuffer.wrap(buffer, 0, n);
                writing(() -> {
                    while (chunk.hasRemaining()) {
                        channel.write(chunk);
                    }
                });
            }
        }
        writing(() -> Files.setPosixFilePermissions(path, executable ? MODE_755 : MODE_644));
    }

    private FileChannel create(Path path) throws IOException {
        try {
            return FileChannel.open(path, FRESH);
        } catch (IOException e) {
            throw meaningOf(e);
        }
    }

    private Path place(String name) throws ArchiveException {
        refuseIf(EntryNames.faultOfName(name));
        if (!directories.contains(EntryNames.parent(name))) {
            throw new ArchiveException("its parent is not a directory of the archive");
        }
        if (++entries > limits.entries()) {
            throw new ArchiveException("the archive has more than " + limits.entries() + " entries");
        }
        return root.resolve(PathNames.relative(name));
    }

    private void requireRoom(long more) throws ArchiveException {
        if (more > limits.bytes() - bytes) {
            throw new ArchiveException("the archive has more than " + limits.bytes() + " bytes in files");
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private void writing(Step step) throws IOException {
        try {
            step.run();
        } catch (IOException e) {
            throw meaningOf(e);
        }
    }

    private IOException meaningOf(IOException failure) {
        if (failure instanceof FileAlreadyExistsException) {
            return new ArchiveException("its name came before");
        }
        return NoSpaceException.meaningOf(failure, root);
    }

    private static void refuseIf(@Nullable String fault) throws ArchiveException {
        if (fault != null) {
            throw new ArchiveException(fault);
        }
    }

    private static void requireEmptyDirectory(Path root) throws IOException {
        if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotDirectoryException(root.toString());
        }
        try (Stream<Path> children = Files.list(root)) {
            if (children.findAny().isPresent()) {
                throw new ArchiveException("the directory to unpack into is not empty");
            }
        }
    }

    private static void discard(Path root, Throwable reason) {
        try {
            deleteContents(root);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private static void deleteContents(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                if (!directory.equals(root)) {
                    Files.delete(directory);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
