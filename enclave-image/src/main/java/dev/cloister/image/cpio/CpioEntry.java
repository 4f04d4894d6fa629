package dev.cloister.image.cpio;

import dev.cloister.image.file.Content;
import dev.cloister.image.file.ImagePath;
import java.nio.charset.StandardCharsets;

/**
 * One record of an archive.
 *
 * @param path where the kernel puts it
 * @param mode type and permission bits as in {@code stat}
 * @param uid owner, from the image's data and never from the machine that builds
 * @param gid group
 * @param data a file's bytes, a symbolic link's target, else nothing
 */
public record CpioEntry(ImagePath path, int mode, int uid, int gid, Content data) {
    /** The bits of a mode that say what kind of file it is. */
    public static final int TYPE_MASK = 0170000;

    public static final int DIRECTORY = 0040000;
    public static final int REGULAR = 0100000;
    public static final int SYMLINK = 0120000;

    private static final Content NOTHING = Content.of(new byte[0]);

    /**
     * A directory.
     *
     * @param permissions the low twelve bits of the mode
     */
    public static CpioEntry directory(ImagePath path, int permissions, int uid, int gid) {
        return new CpioEntry(path, DIRECTORY | permissions, uid, gid, NOTHING);
    }

    /**
     * A file with contents.
     *
     * @param permissions the low twelve bits of the mode
     */
    public static CpioEntry file(ImagePath path, int permissions, int uid, int gid, Content data) {
        return new CpioEntry(path, REGULAR | permissions, uid, gid, data);
    }

    /**
     * A symbolic link.
     *
     * @param target one char per byte
     */
    public static CpioEntry symlink(ImagePath path, String target, int uid, int gid) {
        return new CpioEntry(path, SYMLINK | 0777, uid, gid, Content.of(target.getBytes(StandardCharsets.ISO_8859_1)));
    }

    public int type() {
        return mode & TYPE_MASK;
    }

    /** The low twelve bits of the mode. */
    public int permissions() {
        return mode & ~TYPE_MASK;
    }
}
