package dev.cloister.local.codebuild;

/** A file that is no build specification, or asks for what the local cloud cannot do; the message names it. */
final class BuildspecException extends Exception {
    private static final long serialVersionUID = 1;

    BuildspecException(String message) {
        super(message);
    }
}
