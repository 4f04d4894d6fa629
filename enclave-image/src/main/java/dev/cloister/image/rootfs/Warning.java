package dev.cloister.image.rootfs;

import dev.cloister.image.file.ImagePath;
import java.util.Collection;

/**
 * Something that could not be carried over as it was.
 *
 * @param path the file it is about
 * @param what what happened to it and why
 */
public record Warning(ImagePath path, String what) {
    /** Of a file that an archive for the kernel carries without its extended attributes. */
    static Warning loses(ImagePath path, Collection<String> attributes) {
        String names = String.join(", ", attributes).replaceAll("[^\\x20-\\x7e]", "?");
        return new Warning(path, "loses " + names);
    }

    @Override
    public String toString() {
        return "'" + path + "': " + what;
    }
}
