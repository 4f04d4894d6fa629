package dev.cloister.envelope.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file system that is written to has no room left. */
public final class NoSpaceException extends IOException {
    private static final long serialVersionUID = 1;

    /** Below this many free bytes, a failed write is taken to have failed for lack of room. */
    private static final long NEXT_TO_NOTHING = 1 << 16;

    private NoSpaceException(IOException cause) {
        super("no space left where the package is unpacked", cause);
    }

    /**
     * Gives a failed write its meaning: a {@code NoSpaceException} when it failed for lack of room, else the exception
     * itself. The system's message depends on the locale, so the file system is asked as well.
     */
    public static IOException meaningOf(IOException failure, Path directory) {
        String message = String.valueOf(failure.getMessage());
        if (message.contains("No space left on device") || message.contains("Disk quota exceeded")) {
            return new NoSpaceException(failure);
        }
        try {
            boolean full = Files.getFileStore(directory).getUsableSpace() < NEXT_TO_NOTHING;
            return full ? new NoSpaceException(failure) : failure;
        } catch (IOException e) {
            failure.addSuppressed(e);
            return failure;
        }
    }
}
