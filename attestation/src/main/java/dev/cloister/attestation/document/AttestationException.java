package dev.cloister.attestation.document;

import org.jspecify.annotations.Nullable;

/** An attestation document was refused. */
public final class AttestationException extends Exception {
    private final Rule rule;

    AttestationException(Rule rule, String detail) {
        this(rule, detail, null);
    }

    AttestationException(Rule rule, String detail, @Nullable Throwable cause) {
        super("attestation document refused: " + detail, cause);
        this.rule = rule;
    }

    /** The rule the document does not meet; of several, the first. */
    public Rule rule() {
        return rule;
    }
}
