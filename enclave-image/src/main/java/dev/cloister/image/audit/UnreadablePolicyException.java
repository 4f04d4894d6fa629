package dev.cloister.image.audit;

/** A policy of which nothing can be said. */
public final class UnreadablePolicyException extends Exception {
    private static final long serialVersionUID = 1;

    UnreadablePolicyException(String fault) {
        super("the key policy cannot be read: " + fault);
    }
}
