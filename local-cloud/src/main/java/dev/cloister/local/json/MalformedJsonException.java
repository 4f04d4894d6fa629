package dev.cloister.local.json;

/** Text that is not the JSON it should be; the message does not repeat the text. */
public final class MalformedJsonException extends Exception {
    private static final long serialVersionUID = 1;

    public MalformedJsonException(String message) {
        super(message);
    }
}
