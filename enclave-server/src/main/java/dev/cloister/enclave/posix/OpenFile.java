package dev.cloister.enclave.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cloister.protocol.libc.Libc;
import dev.cloister.protocol.sync.Allocation;
import dev.cloister.protocol.sync.SetTime;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An open file or directory. Any number of threads may use it at once; the one that closes it must know that the others
 * are done. Buffers must be direct.
 */
public final class OpenFile implements AutoCloseable {
    private static final MethodHandle PREAD = Libc.bind("pread", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle PWRITE = Libc.bind("pwrite", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle FTRUNCATE = Libc.bind("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle FSYNC = Libc.bind("fsync", JAVA_INT, JAVA_INT);
    private static final MethodHandle FDATASYNC = Libc.bind("fdatasync", JAVA_INT, JAVA_INT);
    private static final MethodHandle FCHMOD = Libc.bind("fchmod", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle LSEEK = Libc.bind("lseek", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETDENTS = Libc.bind("getdents64", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle FCHOWN = Libc.bind("fchown", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle FUTIMENS = Libc.bind("futimens", JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle FALLOCATE =
            Libc.bind("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final int SEEK_SET = 0;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int KEEP_SIZE = 1;
    private static final int PUNCH_HOLE = 2;

    private final int descriptor;
    private final AtomicBoolean closed = new AtomicBoolean();

    OpenFile(int descriptor) {
        this.descriptor = descriptor;
    }

    public FileStatus status() throws PosixException {
        return FileStatus.of(descriptor);
    }

    /** What a name in this directory stands for, if this is a directory. */
    public FileStatus status(byte[] name) throws PosixException {
        return FileStatus.of(descriptor, name);
    }

    /** Fills the buffer from its position on; stops before its limit only at the end of the file. */
    public void read(ByteBuffer target, long offset) throws PosixException {
        long from = offset;
        while (target.hasRemaining()) {
            int count = transfer(PREAD, target, from);
            if (count == 0) {
                return;
            }
            from += count;
        }
    }

    /** Writes all that remains in the buffer. After a failure part of it may have been written. */
    public void write(ByteBuffer source, long offset) throws PosixException {
        long to = offset;
        while (source.hasRemaining()) {
            to += transfer(PWRITE, source, to);
        }
    }

    private int transfer(MethodHandle call, ByteBuffer buffer, long offset) throws PosixException {
        MemorySegment memory = MemorySegment.ofBuffer(buffer);
        long length = buffer.remaining();
        int count = (int) Calls.run(errno -> (long) call.invokeExact(errno, descriptor, memory, length, offset));
        buffer.position(buffer.position() + count);
        return count;
    }

    public void truncate(long size) throws PosixException {
        long _ = Calls.run(errno -> (int) FTRUNCATE.invokeExact(errno, descriptor, size));
    }

    /** Returns once data, or data and attributes, are stored. */
    public void synchronize(boolean dataOnly) throws PosixException {
        MethodHandle call = dataOnly ? FDATASYNC : FSYNC;
        long _ = Calls.run(errno -> (int) call.invokeExact(errno, descriptor));
    }

    /** Sets the mode bits; those that are absent, sticky and set-user-id among them, are cleared. */
    public void changeMode(int mode) throws PosixException {
        long _ = Calls.run(errno -> (int) FCHMOD.invokeExact(errno, descriptor, mode));
    }

    /** Changes the owner; -1 leaves that part as it is. */
    public void changeOwner(int uid, int gid) throws PosixException {
        long _ = Calls.run(errno -> (int) FCHOWN.invokeExact(errno, descriptor, uid, gid));
    }

    /** Sets the times that are present. */
    public void changeTimes(Optional<SetTime> accessed, Optional<SetTime> modified) throws PosixException {
        MemorySegment times = Times.of(accessed, modified);
        long _ = Calls.run(errno -> (int) FUTIMENS.invokeExact(errno, descriptor, times));
    }

    /** Makes room, or a hole, as {@code fallocate(2)} does. */
    public void allocate(Allocation kind, long offset, long length) throws PosixException {
        int mode = switch (kind) {
            case GROW -> 0;
            case KEEP_SIZE -> KEEP_SIZE;
            case PUNCH_HOLE -> PUNCH_HOLE | KEEP_SIZE;
        };
        long _ = Calls.run(errno -> (int) FALLOCATE.invokeExact(errno, descriptor, mode, offset, length));
    }

    /** Where data, or a hole, is next at or behind an offset; ENXIO where there is none. */
    public long find(boolean hole, long offset) throws PosixException {
        int whence = hole ? SEEK_HOLE : SEEK_DATA;
        return Calls.run(errno -> (long) LSEEK.invokeExact(errno, descriptor, offset, whence));
    }

    public ExtendedAttributes extendedAttributes() {
        return new ExtendedAttributes(descriptor);
    }

    /** Of the file system in which the file lies. */
    public FileSystemStatus fileSystem() throws PosixException {
        return FileSystemStatus.of(descriptor);
    }

    /** Continues {@link #readEntries} behind the entry whose {@code d_off} is given; 0 is the start. */
    public void seek(long position) throws PosixException {
        long _ = Calls.run(errno -> (long) LSEEK.invokeExact(errno, descriptor, position, SEEK_SET));
    }

    /**
     * Reads directory entries as {@code getdents64(2)} lays them out.
     *
     * @return bytes put into {@code target}; 0 at the end
     */
    int readEntries(MemorySegment target, long length) throws PosixException {
        return (int) Calls.run(errno -> (long) GETDENTS.invokeExact(errno, descriptor, target, length));
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Calls.close(descriptor);
        }
    }
}
