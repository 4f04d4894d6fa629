package dev.cloister.image.rootfs;

import dev.cloister.image.file.ImagePath;

/**
 * Something that could not be carried over as it was.
 *
 * @param path the file it is about
 * @param what what happened to it and why
 */
public record Warning(ImagePath path, String what) {
    @Override
    public String toString() {
        return "'" + path + "': " + what;
    }
}
