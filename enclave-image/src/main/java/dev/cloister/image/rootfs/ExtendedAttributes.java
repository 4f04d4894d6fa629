package dev.cloister.image.rootfs;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cloister.image.file.HostNames;
import dev.cloister.protocol.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Names of the extended attributes that files of this machine have, of every class: {@code user}, {@code security} with
 * capabilities, {@code system} with access control lists, and for root {@code trusted}. The JDK sees only the first.
 */
final class ExtendedAttributes {
    private static final int ENOTSUP = 95;

    /** The kernel's XATTR_LIST_MAX: all names of a file, each with a NUL. */
    private static final long MAX_LIST = 64 << 10;

    private static final MethodHandle LIST = Libc.bind("llistxattr", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);

    private ExtendedAttributes() {}

    /**
     * The names, in order; none where the file system keeps no attributes. One system call for a file without any.
     *
     * @param file not followed when it is a symbolic link
     * @throws FileSystemException when they cannot be listed
     */
    static List<String> names(Path file) throws IOException {
        byte[] name = HostNames.latin1Whole(file).getBytes(StandardCharsets.ISO_8859_1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocate(name.length + 1L);
            MemorySegment.copy(name, 0, path, JAVA_BYTE, 0, name.length);
            if (list(file, path, MemorySegment.NULL, 0) == 0) {
                return List.of();
            }
            MemorySegment names = arena.allocate(MAX_LIST);
            long length = list(file, path, names, MAX_LIST);
            String joined = new String(names.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.ISO_8859_1);
            return Arrays.stream(joined.split("\0"))
                    .filter(one -> !one.isEmpty())
                    .sorted()
                    .toList();
        }
    }

    /** The list's length in bytes. */
    private static long list(Path file, MemorySegment path, MemorySegment names, long size) throws IOException {
        long length;
        try {
            length = (long) LIST.invokeExact(Libc.errnoBuffer(), path, names, size);
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
        if (length >= 0) {
            return length;
        }
        int errno = Libc.errno();
        if (errno == ENOTSUP) {
            return 0;
        }
        throw new FileSystemException(
                file.toString(), null, "its extended attributes cannot be listed: " + Libc.describe(errno));
    }
}
