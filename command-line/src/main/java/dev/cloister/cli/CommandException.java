package dev.cloister.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A failure that a person is told about: one line saying what failed and where, and one hint saying what to do.
 * The only exception that commands throw on purpose.
 */
public final class CommandException extends Exception {
    private static final long serialVersionUID = 1;

    private final ExitStatus status;
    private final @Nullable String hint;

    public CommandException(ExitStatus status, String message, @Nullable String hint) {
        this(status, message, hint, null);
    }

    public CommandException(ExitStatus status, String message, @Nullable String hint, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
        this.hint = hint;
    }

    public ExitStatus status() {
        return status;
    }

    /** What the user can do about it, or null where there is nothing. */
    public @Nullable String hint() {
        return hint;
    }

    /** The name of the status as it stands in {@code --json} output, such as {@code key-access-denied}. */
    public String statusName() {
        return status.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
