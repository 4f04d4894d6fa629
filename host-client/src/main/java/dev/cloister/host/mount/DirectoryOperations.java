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
    private static final Timestamp NO_TIME = new Timestamp(0, 0);
    /** Of {@code .} and {@code ..} only the type is known without asking. */
    private static final FileAttributes DOT_ATTRIBUTES =
            new FileAttributes(FileKind.DIRECTORY, 0755, 0, 0, 1, 0, 0, 0, NO_TIME, NO_TIME, NO_TIME);

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
            for (long next = offset; ; next++) {
                @Nullable DirectoryEntry entry = next < DOTS ? null : stream.entry(next - DOTS);
                if (entry != null) {
                    putName(name, entry.path().names().getFirst());
                    Native.putStat(stat.address(), entry.attributes());
                } else if (next < DOTS) {
                    putName(name, ".".repeat((int) next + 1).getBytes(StandardCharsets.US_ASCII));
                    Native.putStat(stat.address(), DOT_ATTRIBUTES);
                } else {
                    return;
                }
                if (isFull(filler, buffer, name, stat, next + 1)) {
                    return;
                }
            }
        }
    }

    private static void putName(MemorySegment target, byte[] name) {
        target.asByteBuffer().put(name).put((byte) 0);
    }

    private static boolean isFull(long filler, long buffer, MemorySegment name, MemorySegment stat, long offset) {
        try {
            return (int) FILL.invokeExact(
                            MemorySegment.ofAddress(filler), MemorySegment.ofAddress(buffer), name, stat, offset)
                    != 0;
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    void releasedir(long fileInfo) throws FileException {
        DirectoryStream stream = streams.remove(Native.handle(fileInfo));
        if (stream != null) {
            stream.release();
        }
    }
}
