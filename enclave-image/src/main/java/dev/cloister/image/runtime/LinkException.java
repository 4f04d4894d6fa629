package dev.cloister.image.runtime;

/** A Java runtime could not be linked; the message has what the JDK's tool said. */
public final class LinkException extends Exception {
    private static final long serialVersionUID = 1;

    LinkException(String message) {
        super(message);
    }
}
