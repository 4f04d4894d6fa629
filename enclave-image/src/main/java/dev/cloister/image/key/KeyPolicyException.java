package dev.cloister.image.key;

/** A key policy is not one that can be edited safely, or the edit asked for would not be safe. */
public final class KeyPolicyException extends Exception {
    private static final long serialVersionUID = 1;

    private final String hint;

    KeyPolicyException(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    /** What to do about it. */
    public String hint() {
        return hint;
    }
}
