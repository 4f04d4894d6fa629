package dev.cloister.protocol.libc;

import java.io.IOException;

/** A system call that failed, with its {@code errno}. */
public final class SystemCallException extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /** For the call of this thread that has just failed. */
    public SystemCallException(String call) {
        this(call, Libc.errno());
    }

    public SystemCallException(String call, int errno) {
        super(call + ": " + Libc.describe(errno));
        this.errno = errno;
    }

    /** The Linux error number, at least 1. */
    public int errno() {
        return errno;
    }
}
