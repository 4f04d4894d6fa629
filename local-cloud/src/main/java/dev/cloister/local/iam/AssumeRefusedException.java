package dev.cloister.local.iam;

/** Someone may not assume a role; the message is what STS answers. */
public final class AssumeRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    AssumeRefusedException(String message) {
        super(message);
    }
}
