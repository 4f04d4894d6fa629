package dev.cloister.image.rootfs;

import dev.cloister.image.file.Content;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.DirectorySource.Permissions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Files laid over a root filesystem, in place of those that are there. They belong to 0:0. */
public sealed interface Overlay {
    /** Where in the image. */
    ImagePath at();

    /** What its files come from, for people. */
    Origin origin();

    /** Puts the files in place. */
    void applyTo(FileTree tree, Consumer<Warning> warnings) throws IOException, FormatException;

    /**
     * A file, or a directory with all that is in it, of this machine; permissions are {@link Permissions#NORMAL}.
     *
     * @param at the file's or the directory's path in the image
     * @param source followed when it is a symbolic link; links below it are kept
     * @param origin what it is, for people
     */
    record FromPath(ImagePath at, Path source, Origin origin) implements Overlay {
        /** One that is named by its place in the image. */
        public FromPath(ImagePath at, Path source) {
            this(at, source, new Origin("overlay " + at));
        }

        @Override
        public void applyTo(FileTree tree, Consumer<Warning> warnings) throws IOException, FormatException {
            Path real = source.toRealPath();
            DirectorySource.take(real, at, Permissions.NORMAL, tree::overlay, warnings);
            if (Files.isDirectory(real)) {
                new DirectorySource(real, Permissions.NORMAL).overlay(at, tree, warnings);
            }
        }
    }

    /**
     * A file with given bytes and mode 0644.
     *
     * @param content the bytes
     */
    record OfContent(ImagePath at, Content content) implements Overlay {
        @Override
        public Origin origin() {
            return new Origin("overlay " + at);
        }

        @Override
        public void applyTo(FileTree tree, Consumer<Warning> warnings) throws FormatException {
            tree.overlay(at, new Node.RegularFile(0644, 0, 0, content));
        }
    }
}
