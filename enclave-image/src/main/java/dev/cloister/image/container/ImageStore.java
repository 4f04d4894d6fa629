package dev.cloister.image.container;

import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** The files that a container image is kept in, by their names, whether they lie in a folder or in an archive. */
interface ImageStore extends Closeable {
    /**
     * A file's bytes, which stay readable until this is closed.
     *
     * @param name relative, with slashes
     */
    Optional<FileRegion> find(String name) throws IOException, FormatException;

    /** A file that must be there. */
    default FileRegion get(String name) throws IOException, FormatException {
        Optional<FileRegion> found = find(name);
        if (found.isEmpty()) {
            throw new FormatException("container image: '" + Names.printable(name) + "' is missing");
        }
        return found.get();
    }
}
