package dev.cloister.image.rootfs;

import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.file.FileContent;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.HostNames;
import dev.cloister.image.file.ImagePath;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A directory of this machine. Owners are not taken from it, because they would be those of whoever unpacked it here:
 * every file belongs to 0:0. Neither are times. Extended attributes are lost, each with a warning.
 */
public final class DirectorySource implements RootfsSource {
    /** What becomes of permission bits. */
    public enum Permissions {
        /** Kept, set-user-id bits included: for a root filesystem. */
        AS_FOUND,
        /**
         * 0755 for directories and what its owner may execute, 0644 for the rest: for files of a checkout, whose other
         * bits are the umask of whoever checked it out.
         */
        NORMAL
    }

    private final Path directory;
    private final Permissions permissions;

    public DirectorySource(Path directory, Permissions permissions) {
        this.directory = directory;
        this.permissions = permissions;
    }

    @Override
    public void addTo(FileTree tree, Consumer<Warning> warnings) throws IOException, FormatException {
        tree.begin(new Origin("rootfs"));
        walk(directory, "", (path, node) -> tree.add(path, node), warnings);
    }

    /** Puts the directory's files over those of a tree, below a path of the image. */
    void overlay(ImagePath at, FileTree tree, Consumer<Warning> warnings) throws IOException, FormatException {
        walk(directory, at.latin1() + '/', (path, node) -> tree.overlay(path, node), warnings);
    }

    /** Takes the files that are found. */
    interface Taker {
        void take(ImagePath path, Node node) throws FormatException;
    }

    private void walk(Path folder, String prefix, Taker taker, Consumer<Warning> warnings)
            throws IOException, FormatException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                ImagePath path = ImagePath.read("directory", prefix + HostNames.latin1(child));
                take(child, path, permissions, taker, warnings);
                if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    walk(child, path.latin1() + '/', taker, warnings);
                }
            }
        }
    }

    /** Takes one file as it is, a symbolic link as a link. */
    static void take(Path file, ImagePath path, Permissions permissions, Taker taker, Consumer<Warning> warnings)
            throws IOException, FormatException {
        int mode = (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        boolean isExecutable = (mode & CpioEntry.TYPE_MASK) == CpioEntry.DIRECTORY || (mode & 0100) != 0;
        int bits = switch (permissions) {
            case AS_FOUND -> mode & ~CpioEntry.TYPE_MASK;
            case NORMAL -> isExecutable ? 0755 : 0644;
        };
        List<String> attributes = ExtendedAttributes.names(file);
        if (!attributes.isEmpty()) {
            warnings.accept(Warning.loses(path, attributes));
        }
        switch (mode & CpioEntry.TYPE_MASK) {
            case CpioEntry.DIRECTORY -> taker.take(path, new Node.Directory(bits, 0, 0));
            case CpioEntry.REGULAR -> taker.take(path, new Node.RegularFile(bits, 0, 0, FileContent.of(file)));
            case CpioEntry.SYMLINK ->
                taker.take(path, new Node.SymbolicLink(HostNames.latin1Whole(Files.readSymbolicLink(file)), 0, 0));
            default -> warnings.accept(new Warning(path, "left out, a device, socket or pipe"));
        }
    }

    @Override
    public void close() {}
}
