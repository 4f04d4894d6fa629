package dev.cloister.enclave.posix;

import dev.cloister.protocol.libc.Libc;

/**
 * A file operation that failed, as its {@code errno}. Names no file. Carries no stack trace: it is the ordinary answer
 * to a look-up of a missing file, and is made thousands of times a second.
 */
public final class PosixException extends Exception {
    private static final long serialVersionUID = 1;

    private final int errno;

    public PosixException(int errno) {
        super(null, null, false, false);
        this.errno = errno;
    }

    /** The Linux error number, at least 1. */
    public int errno() {
        return errno;
    }

    @Override
    public String getMessage() {
        return Libc.describe(errno);
    }
}
