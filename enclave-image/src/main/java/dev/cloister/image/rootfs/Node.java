package dev.cloister.image.rootfs;

import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.file.Content;
import dev.cloister.image.file.ImagePath;

/** A file of an image: one of the kinds that an archive for the kernel carries without loss. */
public sealed interface Node {
    /** As a record of the archive. */
    CpioEntry at(ImagePath path);

    /**
     * A directory.
     *
     * @param permissions the low twelve bits of the mode
     */
    record Directory(int permissions, int uid, int gid) implements Node {
        /** Where the tree needs a directory that no source describes. */
        static final Directory DEFAULT = new Directory(0755, 0, 0);

        @Override
        public CpioEntry at(ImagePath path) {
            return CpioEntry.directory(path, permissions, uid, gid);
        }
    }

    /**
     * A file with contents.
     *
     * @param permissions the low twelve bits of the mode
     */
    record RegularFile(int permissions, int uid, int gid, Content content) implements Node {
        @Override
        public CpioEntry at(ImagePath path) {
            return CpioEntry.file(path, permissions, uid, gid, content);
        }
    }

    /**
     * A symbolic link; links have no permissions of their own.
     *
     * @param target one char per byte
     */
    record SymbolicLink(String target, int uid, int gid) implements Node {
        @Override
        public CpioEntry at(ImagePath path) {
            return CpioEntry.symlink(path, target, uid, gid);
        }
    }
}
