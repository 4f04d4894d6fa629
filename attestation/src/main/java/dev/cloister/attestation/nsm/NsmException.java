package dev.cloister.attestation.nsm;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The security module did not do what it was asked: unreachable, unreadable, or a failure it reported itself. */
public final class NsmException extends Exception {
    private final @Nullable NsmError error;

    NsmException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.error = null;
    }

    NsmException(NsmError error) {
        super("the security module refused: " + error.wireName());
        this.error = error;
    }

    /** What the module reported; empty when it gave no readable answer. */
    public Optional<NsmError> error() {
        return Optional.ofNullable(error);
    }
}
