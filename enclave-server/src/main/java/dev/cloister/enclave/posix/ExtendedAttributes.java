package dev.cloister.enclave.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cloister.protocol.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Extended attributes of an open file or directory. Names are those of the kernel, with their class before the dot.
 * Where the file system keeps none, all fail with EOPNOTSUPP.
 */
public final class ExtendedAttributes {
    /** The kernel's limits: longest value, and longest list of names with their NULs. */
    private static final int MAX_BYTES = 64 << 10;

    private static final MethodHandle GET = Libc.bind("fgetxattr", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle SET =
            Libc.bind("fsetxattr", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle LIST = Libc.bind("flistxattr", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle REMOVE = Libc.bind("fremovexattr", JAVA_INT, JAVA_INT, ADDRESS);

    private final int descriptor;

    ExtendedAttributes(int descriptor) {
        this.descriptor = descriptor;
    }

    /** A value; ENODATA when there is none of that name. */
    public ByteBuffer get(byte[] name) throws PosixException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(MAX_BYTES);
            MemorySegment text = Scratch.name(name);
            long size = MAX_BYTES;
            long length = Calls.run(errno -> (long) GET.invokeExact(errno, descriptor, text, value, size));
            return ByteBuffer.wrap(value.asSlice(0, length).toArray(JAVA_BYTE));
        }
    }

    /**
     * Sets a value.
     *
     * @param flags 0, or 1 to demand that it is not there yet (EEXIST), or 2 that it is (ENODATA)
     */
    public void set(byte[] name, ByteBuffer value, int flags) throws PosixException {
        try (Arena arena = Arena.ofConfined()) {
            long length = value.remaining();
            MemorySegment copy = arena.allocate(Math.max(1, length));
            copy.asByteBuffer().put(value.duplicate());
            MemorySegment text = Scratch.name(name);
            long _ = Calls.run(errno -> (int) SET.invokeExact(errno, descriptor, text, copy, length, flags));
        }
    }

    /** All names. */
    public List<byte[]> names() throws PosixException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment list = arena.allocate(MAX_BYTES);
            long size = MAX_BYTES;
            long length = Calls.run(errno -> (long) LIST.invokeExact(errno, descriptor, list, size));
            return split(list.asSlice(0, length).toArray(JAVA_BYTE));
        }
    }

    private static List<byte[]> split(byte[] list) {
        List<byte[]> names = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < list.length; i++) {
            if (list[i] == 0) {
                names.add(Arrays.copyOfRange(list, start, i));
                start = i + 1;
            }
        }
        return names;
    }

    /** Removes one; ENODATA when there is none of that name. */
    public void remove(byte[] name) throws PosixException {
        MemorySegment text = Scratch.name(name);
        long _ = Calls.run(errno -> (int) REMOVE.invokeExact(errno, descriptor, text));
    }
}
