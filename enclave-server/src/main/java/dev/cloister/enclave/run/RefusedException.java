package dev.cloister.enclave.run;

import dev.cloister.protocol.run.Refusal;

/** A run that does not take place. The message is one line for the enclave's user, without content of the package. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final Refusal reason;

    RefusedException(Refusal reason, String message) {
        super(message);
        this.reason = reason;
    }

    Refusal reason() {
        return reason;
    }
}
