package dev.cloister.enclave.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Native memory for the arguments of one call, kept by each thread for its next one. */
final class Scratch {
    /** Longest name the kernel could accept, with its NUL; a longer one is cut to this and refused there. */
    private static final int NAME_BYTES = 300;

    private static final int LARGEST_STRUCT = 256;
    private static final ThreadLocal<Scratch> CURRENT = ThreadLocal.withInitial(Scratch::new);

    private final MemorySegment first;
    private final MemorySegment second;
    private final MemorySegment struct;

    private Scratch() {
        Arena arena = Arena.ofAuto();
        first = arena.allocate(NAME_BYTES);
        second = arena.allocate(NAME_BYTES);
        struct = arena.allocate(LARGEST_STRUCT, 8);
    }

    /** A name as a C string. */
    static MemorySegment name(byte[] name) {
        return store(CURRENT.get().first, name);
    }

    /** A further name for the same call. */
    static MemorySegment secondName(byte[] name) {
        return store(CURRENT.get().second, name);
    }

    /** {@value #LARGEST_STRUCT} bytes, with whatever was in them. */
    static MemorySegment struct() {
        return CURRENT.get().struct;
    }

    private static MemorySegment store(MemorySegment target, byte[] name) {
        int length = Math.min(name.length, NAME_BYTES - 1);
        MemorySegment.copy(name, 0, target, JAVA_BYTE, 0, length);
        target.set(JAVA_BYTE, length, (byte) 0);
        return target;
    }
}
