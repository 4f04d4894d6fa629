package dev.cloister.image.sign;

/** An image cannot be signed with what was given. */
public final class SigningException extends Exception {
    private static final long serialVersionUID = 1;

    private final String hint;

    SigningException(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    /** What to do about it. */
    public String hint() {
        return hint;
    }
}
