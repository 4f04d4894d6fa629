package dev.cloister.image.file;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A whole file, opened only while it is read.
 *
 * @param file a regular file
 * @param size its size when it was looked at
 */
public record FileContent(Path file, long size) implements Content {
    /** A file at its present size. */
    public static FileContent of(Path file) throws IOException {
        return new FileContent(file, Files.size(file));
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            if (channel.size() != size) {
                throw new IOException(file + " changed while it was read");
            }
            new FileRegion(channel, 0, size).writeTo(out);
        }
    }
}
