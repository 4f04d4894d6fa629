package dev.cloister.protocol.frame;

import java.io.IOException;

/** The peer sent something that the protocol does not allow; the connection is of no further use. */
public final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1;

    public ProtocolException(String message) {
        super(message);
    }
}
