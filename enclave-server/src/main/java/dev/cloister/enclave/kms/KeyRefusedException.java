package dev.cloister.enclave.kms;

import dev.cloister.protocol.run.Refusal;

/** The data key is not to be had. The message is one line for the enclave's user. */
public final class KeyRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final Refusal reason;

    public KeyRefusedException(Refusal reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Refusal reason() {
        return reason;
    }
}
