package dev.cloister.host.mount;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cloister.host.remote.FileException;
import dev.cloister.protocol.frame.ProtocolException;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.FileKind;
import dev.cloister.protocol.sync.SetTime;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.Timestamp;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The C structures of libfuse's callbacks, by the address at which they lie: Linux on x86_64 and aarch64. */
final class Native {
    /** Bytes of the longer of the two architectures' {@code struct stat}. */
    static final int STAT_SIZE = 144;

    private static final boolean IS_AARCH64 = System.getProperty("os.arch").equals("aarch64");
    private static final int MAX_PATH = 64 << 10;
    private static final int BLOCK_SIZE = 128 << 10;
    private static final long UTIME_NOW = (1L << 30) - 1;
    private static final long UTIME_OMIT = (1L << 30) - 2;

    private Native() {}

    static MemorySegment at(long address, long size) {
        return MemorySegment.ofAddress(address).reinterpret(size);
    }

    static ByteBuffer buffer(long address, long size) {
        return at(address, size).asByteBuffer();
    }

    /** The bytes of a C string. */
    static byte[] string(long address) {
        MemorySegment text = at(address, MAX_PATH);
        int length = 0;
        while (text.get(JAVA_BYTE, length) != 0) {
            length++;
        }
        return text.asSlice(0, length).toArray(JAVA_BYTE);
    }

    /** A path of libfuse's, which begins with a slash. */
    static SyncPath path(long address) throws FileException {
        byte[] text = string(address);
        byte[] relative = new byte[Math.max(0, text.length - 1)];
        System.arraycopy(text, text.length - relative.length, relative, 0, relative.length);
        if (relative.length > SyncPath.MAX_PATH || longestName(relative) > SyncPath.MAX_NAME) {
            throw new FileException(FileException.ENAMETOOLONG);
        }
        try {
            return SyncPath.of(relative);
        } catch (ProtocolException e) {
            throw new FileException(FileException.EINVAL);
        }
    }

    private static int longestName(byte[] path) {
        int longest = 0;
        int length = 0;
        for (byte b : path) {
            length = b == '/' ? 0 : length + 1;
            longest = Math.max(longest, length);
        }
        return longest;
    }

    /** Fills a {@code struct stat}. */
    static void putStat(long address, FileAttributes attributes) {
        putStat(address, attributes, attributes.links());
    }

    /** The same with another number of links. */
    static void putStat(long address, FileAttributes attributes, int links) {
        MemorySegment stat = at(address, STAT_SIZE - (IS_AARCH64 ? 16 : 0));
        stat.fill((byte) 0);
        stat.set(JAVA_LONG, 8, attributes.inode());
        int mode = typeBits(attributes.kind()) | attributes.permissions();
        if (IS_AARCH64) {
            stat.set(JAVA_INT, 16, mode);
            stat.set(JAVA_INT, 20, links);
            stat.set(JAVA_INT, 24, attributes.uid());
            stat.set(JAVA_INT, 28, attributes.gid());
            stat.set(JAVA_INT, 56, BLOCK_SIZE);
        } else {
            stat.set(JAVA_LONG, 16, links);
            stat.set(JAVA_INT, 24, mode);
            stat.set(JAVA_INT, 28, attributes.uid());
            stat.set(JAVA_INT, 32, attributes.gid());
            stat.set(JAVA_LONG, 56, BLOCK_SIZE);
        }
        stat.set(JAVA_LONG, 48, attributes.size());
        stat.set(JAVA_LONG, 64, attributes.blocks());
        putTime(stat, 72, attributes.accessed());
        putTime(stat, 88, attributes.modified());
        putTime(stat, 104, attributes.changed());
    }

    private static int typeBits(FileKind kind) {
        return switch (kind) {
            case FILE -> 0100000;
            case DIRECTORY -> 0040000;
            case SYMBOLIC_LINK -> 0120000;
            // A socket: nothing waits to open one, as it would with a FIFO, and no tool takes it for data.
            case OTHER -> 0140000;
        };
    }

    private static void putTime(MemorySegment stat, long offset, Timestamp time) {
        stat.set(JAVA_LONG, offset, time.seconds());
        stat.set(JAVA_LONG, offset + 8, time.nanos());
    }

    /** Fills a {@code struct statvfs}. */
    static void putStatistics(long address, SyncReply.FileSystem statistics) {
        MemorySegment statvfs = at(address, 112);
        statvfs.fill((byte) 0);
        statvfs.set(JAVA_LONG, 0, statistics.blockSize());
        statvfs.set(JAVA_LONG, 8, statistics.blockSize());
        statvfs.set(JAVA_LONG, 16, statistics.blocks());
        statvfs.set(JAVA_LONG, 24, statistics.freeBlocks());
        statvfs.set(JAVA_LONG, 32, statistics.freeBlocks());
        statvfs.set(JAVA_LONG, 40, statistics.files());
        statvfs.set(JAVA_LONG, 48, statistics.freeFiles());
        statvfs.set(JAVA_LONG, 56, statistics.freeFiles());
        statvfs.set(JAVA_LONG, 80, SyncPath.MAX_NAME);
    }

    /** The time at an index of {@code utimens}' array; nothing when it is to stay as it is. */
    static Optional<SetTime> time(long address, int index) {
        MemorySegment times = at(address, 32);
        long seconds = times.get(JAVA_LONG, index * 16L);
        long nanos = times.get(JAVA_LONG, index * 16L + 8);
        if (nanos == UTIME_OMIT) {
            return Optional.empty();
        }
        return Optional.of(
                nanos == UTIME_NOW ? new SetTime.Now() : new SetTime.At(new Timestamp(seconds, (int) nanos)));
    }

    /** The {@code flags} of a {@code struct fuse_file_info}. */
    static int openFlags(long fileInfo) {
        return at(fileInfo, 40).get(JAVA_INT, 0);
    }

    /** The {@code fh} of a {@code struct fuse_file_info}. */
    static long handle(long fileInfo) {
        return at(fileInfo, 40).get(JAVA_LONG, 24);
    }

    static void putHandle(long fileInfo, long handle) {
        at(fileInfo, 40).set(JAVA_LONG, 24, handle);
    }
}
