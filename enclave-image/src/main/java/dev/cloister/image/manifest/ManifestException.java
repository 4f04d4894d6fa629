package dev.cloister.image.manifest;

/** A manifest that breaks a rule. The message names the key and the rule, and fits on a line. */
public final class ManifestException extends Exception {
    private static final long serialVersionUID = 1;

    public ManifestException(String message) {
        super(message);
    }
}
