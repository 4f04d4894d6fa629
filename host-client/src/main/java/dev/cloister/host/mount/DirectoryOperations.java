package dev.cloister.host.mount;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cloister.host.remote.DirectoryStream;
import dev.cloister.host.remote.FileException;
import dev.cloister.host.remote.RemoteFileSystem;
import dev.cloister.protocol.libc.Libc;
import dev.cloister.protocol.sync.DirectoryEntry;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.FileKind;
import dev.cloister.protocol.sync.Timestamp;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * libfuse's operations on directories. Offsets count entries from 1, with {@code .} and {@code ..} first, so the kernel
 * asks for a large directory piece by piece.
 */
final class DirectoryOperations {
    /** {@code int (*fuse_fill_dir_t)(void *buf, const char *name, const struct stat *stbuf, off_t off)}. */
    private static final MethodHandle FILL =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));

    private static final int DOTS = 2;
    private static final int NAME_SIZE = 256;
    /** What libfuse takes for an inode number that is not known; 0 would make the C library leave the entry out. */
    private static final long UNKNOWN_INODE = 0xffff_ffffL;

    private static final Timestamp NO_TIME = new Timestamp(0, 0);

    private final RemoteFileSystem files;
    private final Map<Long, DirectoryStream> streams = new ConcurrentHashMap<>();

    DirectoryOperations(RemoteFileSystem files) {
        this.files = files;
    }

    void opendir(long path, long fileInfo) throws FileException {
        DirectoryStream stream = files.openDirectory(Native.path(path));
        streams.put(stream.handle(), stream);
        Native.putHandle(fileInfo, stream.handle());
    }

    void readdir(long buffer, long filler, long offset, long fileInfo) throws FileException {
        DirectoryStream stream = streams.get(Native.handle(fileInfo));
        if (stream == null || offset < 0) {
            throw new FileException(FileException.EINVAL);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(NAME_SIZE);
            MemorySegment stat = arena.allocate(Native.STAT_SIZE, 8);
            long next = offset;
            boolean isFull = false;
            while (!isFull && next < DOTS) {
                putName(name, ".".repeat((int) next + 1).getBytes(StandardCharsets.US_ASCII));
                Native.putStat(stat.address(), dot(next == 0 ? stream.inode() : UNKNOWN_INODE));
                isFull = fill(filler, buffer, name, stat, ++next);
            }
            @Nullable DirectoryEntry entry = isFull ? null : stream.entry(next - DOTS);
            while (!isFull && entry != null) {
                putName(name, entry.path().names().getFirst());
                Native.putStat(stat.address(), entry.attributes());
                isFull = fill(filler, buffer, name, stat, ++next);
                entry = isFull ? null : stream.entry(next - DOTS);
            }
        }
    }

    /** Of {@code .} and {@code ..} only type and inode number are looked at. */
    private static FileAttributes dot(long inode) {
        return new FileAttributes(FileKind.DIRECTORY, 0755, 0, 0, 1, 0, 0, inode, NO_TIME, NO_TIME, NO_TIME);
    }

    private static void putName(MemorySegment target, byte[] name) {
        target.asByteBuffer().put(name).put((byte) 0);
    }

    /** Hands an entry to libfuse; true when the piece is full without it. */
    private static boolean fill(long filler, long buffer, MemorySegment name, MemorySegment stat, long offset) {
        try {
            return (int) FILL.invokeExact(
                            MemorySegment.ofAddress(filler), MemorySegment.ofAddress(buffer), name, stat, offset)
                    != 0;
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    void fsyncdir(int dataOnly, long fileInfo) throws FileException {
        files.synchronize(Native.handle(fileInfo), dataOnly != 0);
    }

    void releasedir(long fileInfo) throws FileException {
        DirectoryStream stream = streams.remove(Native.handle(fileInfo));
        if (stream != null) {
            stream.release();
        }
    }
}
