package dev.cloister.enclave.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.cloister.protocol.libc.Libc;
import dev.cloister.protocol.sync.Timestamp;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What {@code statx(2)} (Linux 4.11) tells; its layout, unlike that of {@code stat(2)}, is the same everywhere.
 *
 * @param mode type and permissions, as {@code st_mode}
 * @param blocks of 512 bytes
 */
public record FileStatus(
        int mode,
        int links,
        int uid,
        int gid,
        long inode,
        long size,
        long blocks,
        Timestamp accessed,
        Timestamp modified,
        Timestamp changed) {
    /** S_ISVTX, the sticky bit. */
    public static final int STICKY = 01000;

    private static final int TYPE_MASK = 0170000;
    private static final int DIRECTORY = 0040000;
    private static final int REGULAR = 0100000;
    private static final int SYMBOLIC_LINK = 0120000;

    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_NO_AUTOMOUNT = 0x800;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final byte[] NO_NAME = {};
    private static final MethodHandle STATX =
            Libc.bind("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);

    public boolean isDirectory() {
        return (mode & TYPE_MASK) == DIRECTORY;
    }

    public boolean isRegular() {
        return (mode & TYPE_MASK) == REGULAR;
    }

    public boolean isSymbolicLink() {
        return (mode & TYPE_MASK) == SYMBOLIC_LINK;
    }

    public boolean isSticky() {
        return (mode & STICKY) != 0;
    }

    /** Of what a name in a directory stands for, which may be a symbolic link itself. */
    static FileStatus of(int directory, byte[] name) throws PosixException {
        return of(directory, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT);
    }

    /** Of an open file. */
    static FileStatus of(int descriptor) throws PosixException {
        return of(descriptor, NO_NAME, AT_EMPTY_PATH);
    }

    private static FileStatus of(int descriptor, byte[] name, int flags) throws PosixException {
        MemorySegment path = Scratch.name(name);
        MemorySegment status = Scratch.struct();
        long _ = Calls.run(errno -> (int) STATX.invokeExact(errno, descriptor, path, flags, STATX_BASIC_STATS, status));
        return new FileStatus(
                Short.toUnsignedInt(status.get(JAVA_SHORT, 28)),
                status.get(JAVA_INT, 16),
                status.get(JAVA_INT, 20),
                status.get(JAVA_INT, 24),
                status.get(JAVA_LONG, 32),
                status.get(JAVA_LONG, 40),
                status.get(JAVA_LONG, 48),
                time(status, 64),
                time(status, 112),
                time(status, 96));
    }

    private static Timestamp time(MemorySegment status, long offset) {
        return new Timestamp(status.get(JAVA_LONG, offset), status.get(JAVA_INT, offset + 8));
    }
}
