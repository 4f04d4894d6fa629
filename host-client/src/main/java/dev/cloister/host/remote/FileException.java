package dev.cloister.host.remote;

import dev.cloister.protocol.libc.Libc;

/**
 * A file operation that failed, with the Linux error number that the caller of the system call is told. It has no stack
 * trace: failing is as ordinary here as {@code ENOENT}.
 */
public final class FileException extends Exception {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int EEXIST = 17;
    public static final int EINVAL = 22;
    public static final int ERANGE = 34;
    public static final int ENAMETOOLONG = 36;
    public static final int EILSEQ = 84;
    public static final int EOPNOTSUPP = 95;

    private static final long serialVersionUID = 1;

    private final int errno;

    public FileException(int errno) {
        super(null, null, false, false);
        this.errno = errno;
    }

    /** 1..4095. */
    public int errno() {
        return errno;
    }

    @Override
    public String getMessage() {
        return Libc.describe(errno);
    }
}
