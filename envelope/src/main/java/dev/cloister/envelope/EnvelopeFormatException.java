package dev.cloister.envelope;

import java.io.IOException;

/** What was read is not a package: its preamble or header breaks a rule of docs/format/envelope-v1.md. */
public final class EnvelopeFormatException extends IOException {
    private static final long serialVersionUID = 1;

    public EnvelopeFormatException(String message) {
        super(message);
    }
}
