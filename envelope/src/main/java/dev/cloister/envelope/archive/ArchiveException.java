package dev.cloister.envelope.archive;

import java.io.IOException;

/**
 * An archive or a directory tree breaks a rule or a limit of docs/format/envelope-v1.md section 4.
 *
 * <p>When reading, the message tells an entry by its number and never by its name: names of a confidential application
 * must not travel in error messages. When writing, it tells the path.
 */
public final class ArchiveException extends IOException {
    private static final long serialVersionUID = 1;

    public ArchiveException(String message) {
        super(message);
    }
}
