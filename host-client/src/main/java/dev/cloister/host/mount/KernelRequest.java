package dev.cloister.host.mount;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** A request of the kernel's as it lies in a thread's buffer: {@code struct fuse_in_header} and what follows it. */
final class KernelRequest {
    static final int LOOKUP = 1;
    static final int GETATTR = 3;
    static final int SETATTR = 4;
    static final int MKDIR = 9;
    static final int UNLINK = 10;
    static final int RENAME = 12;
    static final int OPEN = 14;
    static final int READ = 15;
    static final int WRITE = 16;
    static final int FSYNC = 20;
    static final int FLUSH = 25;
    static final int INIT = 26;
    static final int OPENDIR = 27;
    static final int CREATE = 35;
    static final int INTERRUPT = 36;
    static final int RENAME2 = 45;
    static final int LSEEK = 46;

    /** Bytes of the header; the arguments follow. */
    static final int HEADER = 40;

    private final MemorySegment memory;
    private boolean mayReplace = true;

    KernelRequest(MemorySegment memory) {
        this.memory = memory;
    }

    MemorySegment memory() {
        return memory;
    }

    /** Bytes of the whole request. */
    int length() {
        return memory.get(JAVA_INT, 0);
    }

    int opcode() {
        return memory.get(JAVA_INT, 4);
    }

    /** Names the request in its answer. */
    long unique() {
        return memory.get(JAVA_LONG, 8);
    }

    /** The kernel's name of the file. */
    long node() {
        return memory.get(JAVA_LONG, 16);
    }

    int argument32(int offset) {
        return memory.get(JAVA_INT, HEADER + offset);
    }

    long argument64(int offset) {
        return memory.get(JAVA_LONG, HEADER + offset);
    }

    void setArgument32(int offset, int value) {
        memory.set(JAVA_INT, HEADER + offset, value);
    }

    void setArgument64(int offset, long value) {
        memory.set(JAVA_LONG, HEADER + offset, value);
    }

    /** Says that the memory holds another request now. */
    void received() {
        mayReplace = true;
    }

    /** For a rename: whether it may replace what has the new name. */
    boolean mayReplace() {
        return mayReplace;
    }

    /**
     * Makes a {@link #RENAME2} that must not replace anything a {@link #RENAME}.
     *
     * @param from bytes of arguments before the names, of which the first {@code to} stay
     */
    void becomeRename(int from, int to) {
        int names = length() - HEADER - from;
        MemorySegment.copy(memory, HEADER + from, memory, HEADER + to, names);
        memory.set(JAVA_INT, 0, HEADER + to + names);
        memory.set(JAVA_INT, 4, RENAME);
        mayReplace = false;
    }

    /** What lies behind the first {@code offset} bytes of the arguments. */
    ByteBuffer data(int offset, int length) {
        return memory.asSlice(HEADER + offset, length).asByteBuffer();
    }

    /** Address of what lies behind the first {@code offset} bytes of the arguments. */
    long address(int offset) {
        return memory.address() + HEADER + offset;
    }
}
