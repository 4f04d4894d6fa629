package dev.cloister.image.rootfs;

import dev.cloister.image.file.FileRegion;
import java.util.List;

/**
 * One entry of a tar archive, long names resolved.
 *
 * @param name as it stands, one char per byte
 * @param type the type flag; {@code 0} for files of every spelling
 * @param permissions the low twelve bits of the mode
 * @param linkTarget of a hard or symbolic link, one char per byte
 * @param data a file's bytes
 * @param attributes names of the extended attributes and access control lists it has
 */
record TarEntry(
        String name,
        char type,
        int permissions,
        int uid,
        int gid,
        String linkTarget,
        FileRegion data,
        List<String> attributes) {}
