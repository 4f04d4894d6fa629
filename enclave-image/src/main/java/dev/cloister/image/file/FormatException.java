package dev.cloister.image.file;

/** An image or archive breaks a rule of its format. The message names the format, the place and the rule. */
public final class FormatException extends Exception {
    private static final long serialVersionUID = 1;

    public FormatException(String message) {
        super(message);
    }

    public FormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
