package dev.cloister.envelope;

import java.io.IOException;

/**
 * The package was altered, cut short or made longer, or the data key is not its key. Nothing finer can be told apart by
 * the caller; the message may say that it ended early or that there is more after its end, for people.
 */
public final class NotAuthenticException extends IOException {
    private static final long serialVersionUID = 1;

    public NotAuthenticException(String message) {
        super(message);
    }
}
