package dev.cloister.local.deploy;

/** CloudFormation refuses, or a stack did not come to what was asked; the message is fit for the user. */
public final class DeployException extends Exception {
    private static final long serialVersionUID = 1;

    DeployException(String message) {
        super(message);
    }
}
