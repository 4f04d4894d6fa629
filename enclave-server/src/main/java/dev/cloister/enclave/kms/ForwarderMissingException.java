package dev.cloister.enclave.kms;

import java.net.ConnectException;

/** Nothing answers on the parent instance's port for KMS. */
final class ForwarderMissingException extends ConnectException {
    private static final long serialVersionUID = 1;

    ForwarderMissingException(Exception cause) {
        super("no forwarder on the parent instance");
        initCause(cause);
    }
}
