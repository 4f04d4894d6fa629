package dev.cloister.enclave.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cloister.protocol.libc.Libc;
import dev.cloister.protocol.sync.SetTime;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A place from which names are resolved: an {@code O_PATH} descriptor of a directory. Every method takes one name, a
 * single component without a slash, and none follows a symbolic link that the name may stand for; {@code "."} is this
 * directory. So whatever happens to the tree meanwhile, a method acts on this directory's own entries.
 */
public final class Directory implements AutoCloseable {
    private static final MethodHandle OPENAT =
            Libc.bindVariadic("openat", 3, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle MKDIRAT = Libc.bind("mkdirat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle UNLINKAT = Libc.bind("unlinkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle RENAMEAT = Libc.bind("renameat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
    private static final MethodHandle RENAMEAT2 =
            Libc.bind("renameat2", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle LINKAT =
            Libc.bind("linkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle READLINKAT =
            Libc.bind("readlinkat", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle FCHOWNAT =
            Libc.bind("fchownat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle FCHMODAT = Libc.bind("fchmodat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle FCHMODAT2 =
            Libc.bindVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle UTIMENSAT =
            Libc.bind("utimensat", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);

    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int RENAME_NOREPLACE = 1;
    private static final long SYS_FCHMODAT2 = 452;

    private final int descriptor;
    private boolean closed;

    private Directory(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Opens a directory by a path of this machine, as the program was given it. */
    public static Directory open(Path path) throws PosixException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(path.toString(), StandardCharsets.UTF_8);
            int flags = OpenFlag.PATH | OpenFlag.DIRECTORY | OpenFlag.CLOSE_ON_EXEC;
            return new Directory((int) Calls.run(errno -> (int) OPENAT.invokeExact(errno, AT_FDCWD, text, flags, 0)));
        }
    }

    /** From now on new files have just the mode they are made with; for the whole process. */
    public static void clearFileModeMask() throws PosixException {
        Calls.umask(0);
    }

    /** A directory in this one; ENOTDIR when the name is anything else, a symbolic link included. */
    public Directory enter(byte[] name) throws PosixException {
        return new Directory(openAt(name, OpenFlag.PATH | OpenFlag.DIRECTORY | OpenFlag.NO_FOLLOW, 0));
    }

    /**
     * Opens a file; never waits for it. What it is, the caller must ask its status: it may be a directory or device.
     *
     * @param flags of {@link OpenFlag}
     * @param mode of a file that is made
     */
    public OpenFile open(byte[] name, int flags, int mode) throws PosixException {
        int guards = OpenFlag.NO_FOLLOW | OpenFlag.NON_BLOCKING | OpenFlag.NO_CONTROLLING_TERMINAL;
        return new OpenFile(openAt(name, flags | guards, mode));
    }

    /** Opens a directory in this one for reading its entries; ENOTDIR when the name is anything else. */
    public OpenFile openForListing(byte[] name) throws PosixException {
        return new OpenFile(openAt(name, OpenFlag.READ | OpenFlag.DIRECTORY | OpenFlag.NO_FOLLOW, 0));
    }

    private int openAt(byte[] name, int flags, int mode) throws PosixException {
        MemorySegment path = Scratch.name(name);
        int all = flags | OpenFlag.CLOSE_ON_EXEC;
        return (int) Calls.run(errno -> (int) OPENAT.invokeExact(errno, descriptor, path, all, mode));
    }

    public FileStatus status(byte[] name) throws PosixException {
        return FileStatus.of(descriptor, name);
    }

    public FileSystemStatus fileSystem() throws PosixException {
        return FileSystemStatus.of(descriptor);
    }

    public void makeDirectory(byte[] name, int mode) throws PosixException {
        MemorySegment path = Scratch.name(name);
        long _ = Calls.run(errno -> (int) MKDIRAT.invokeExact(errno, descriptor, path, mode));
    }

    public void removeFile(byte[] name) throws PosixException {
        remove(name, 0);
    }

    public void removeDirectory(byte[] name) throws PosixException {
        remove(name, AT_REMOVEDIR);
    }

    private void remove(byte[] name, int flags) throws PosixException {
        MemorySegment path = Scratch.name(name);
        long _ = Calls.run(errno -> (int) UNLINKAT.invokeExact(errno, descriptor, path, flags));
    }

    /** Renames within the file system; without {@code replace} fails with EEXIST when the target exists. */
    public void rename(byte[] name, Directory target, byte[] targetName, boolean replace) throws PosixException {
        MemorySegment from = Scratch.name(name);
        MemorySegment to = Scratch.secondName(targetName);
        int into = target.descriptor;
        long _ = Calls.run(errno -> replace
                ? (int) RENAMEAT.invokeExact(errno, descriptor, from, into, to)
                : (int) RENAMEAT2.invokeExact(errno, descriptor, from, into, to, RENAME_NOREPLACE));
    }

    /** Gives the file, or the symbolic link itself, a further name. */
    public void link(byte[] name, Directory target, byte[] targetName) throws PosixException {
        MemorySegment from = Scratch.name(name);
        MemorySegment to = Scratch.secondName(targetName);
        int into = target.descriptor;
        long _ = Calls.run(errno -> (int) LINKAT.invokeExact(errno, descriptor, from, into, to, 0));
    }

    /** Where a real symbolic link points to, cut at {@code max} bytes. */
    public byte[] readLink(byte[] name, int max) throws PosixException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = Scratch.name(name);
            MemorySegment target = arena.allocate(max);
            long size = max;
            long length = Calls.run(errno -> (long) READLINKAT.invokeExact(errno, descriptor, path, target, size));
            return target.asSlice(0, length).toArray(JAVA_BYTE);
        }
    }

    /** Changes the owner; -1 leaves that part as it is. */
    public void changeOwner(byte[] name, int uid, int gid) throws PosixException {
        MemorySegment path = Scratch.name(name);
        long _ = Calls.run(errno -> (int) FCHOWNAT.invokeExact(errno, descriptor, path, uid, gid, AT_SYMLINK_NOFOLLOW));
    }

    /**
     * Changes the mode of a file that cannot be opened. Linux 6.6 has a call for it; before, the C library goes through
     * {@code /proc/self/fd} and says EOPNOTSUPP where that is not mounted. Prefer {@link OpenFile#changeMode}.
     */
    public void changeMode(byte[] name, int mode) throws PosixException {
        MemorySegment path = Scratch.name(name);
        try {
            long _ = Calls.run(errno ->
                    (long) FCHMODAT2.invokeExact(errno, SYS_FCHMODAT2, descriptor, path, mode, AT_SYMLINK_NOFOLLOW));
        } catch (PosixException e) {
            if (e.errno() != Errno.ENOSYS) {
                throw e;
            }
            long _ = Calls.run(errno -> (int) FCHMODAT.invokeExact(errno, descriptor, path, mode, AT_SYMLINK_NOFOLLOW));
        }
    }

    /** Sets the times that are present. */
    public void changeTimes(byte[] name, Optional<SetTime> accessed, Optional<SetTime> modified) throws PosixException {
        MemorySegment path = Scratch.name(name);
        MemorySegment times = Times.of(accessed, modified);
        long _ = Calls.run(errno -> (int) UTIMENSAT.invokeExact(errno, descriptor, path, times, AT_SYMLINK_NOFOLLOW));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Calls.close(descriptor);
        }
    }
}
