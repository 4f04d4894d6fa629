package dev.cloister.local.policy;

/** A policy document that this evaluator does not understand whole; the message names the element. */
public final class MalformedPolicyException extends Exception {
    private static final long serialVersionUID = 1;

    public MalformedPolicyException(String message) {
        super(message);
    }
}
