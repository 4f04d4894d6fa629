package dev.cloister.enclave.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Reads the names in a directory, a bounded part at a time, in the layout of {@code getdents64(2)}. */
public final class DirectoryReader {
    /** Least native bytes of an entry: 19 before the name, up to four of a name and its NUL, in steps of 8. */
    public static final int SMALLEST_ENTRY = 24;
    /** Most native bytes of an entry. */
    public static final int LARGEST_ENTRY = 280;

    private static final long POSITION_OFFSET = 8;
    private static final long LENGTH_OFFSET = 16;
    private static final long NAME_OFFSET = 19;

    /** What takes the names. */
    public interface Visitor {
        /**
         * Takes a name; {@code .} and {@code ..} come as well.
         *
         * @param next where the directory goes on behind it, for {@link OpenFile#seek}
         */
        void visit(byte[] name, long next) throws PosixException;
    }

    private DirectoryReader() {}

    /**
     * Reads on where the directory's last call stopped.
     *
     * @param bytes of native entries to read at most; at least {@link #LARGEST_ENTRY}
     * @return whether there was anything; false at the directory's end
     */
    public static boolean read(OpenFile directory, int bytes, Visitor visitor) throws PosixException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entries = arena.allocate(bytes, 8);
            int filled = directory.readEntries(entries, bytes);
            for (long at = 0; at < filled; at += Short.toUnsignedInt(entries.get(JAVA_SHORT, at + LENGTH_OFFSET))) {
                visitor.visit(nameAt(entries, at + NAME_OFFSET), entries.get(JAVA_LONG, at + POSITION_OFFSET));
            }
            return filled > 0;
        }
    }

    private static byte[] nameAt(MemorySegment entries, long start) {
        long end = start;
        while (entries.get(JAVA_BYTE, end) != 0) {
            end++;
        }
        return entries.asSlice(start, end - start).toArray(JAVA_BYTE);
    }
}
