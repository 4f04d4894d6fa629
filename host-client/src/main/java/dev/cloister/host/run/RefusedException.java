package dev.cloister.host.run;

import dev.cloister.protocol.run.Refusal;

/** The enclave refused a run, or could not finish it. */
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
