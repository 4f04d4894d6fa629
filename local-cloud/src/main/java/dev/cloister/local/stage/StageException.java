package dev.cloister.local.stage;

/** Something on the stage did not go as it should; the message is fit for the user. */
public final class StageException extends Exception {
    private static final long serialVersionUID = 1;

    public StageException(String message) {
        super(message);
    }
}
