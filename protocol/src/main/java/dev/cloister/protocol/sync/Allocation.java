package dev.cloister.protocol.sync;

import dev.cloister.protocol.frame.Coded;

/** What {@code fallocate(2)} can be asked for. */
public enum Allocation implements Coded {
    /** Room for a range, beyond the end too; a file that is shorter grows. */
    GROW(0),
    /** The same, but the file keeps its size. */
    KEEP_SIZE(1),
    /** A hole where the range is; the file keeps its size. */
    PUNCH_HOLE(2);

    private final int code;

    Allocation(int code) {
        this.code = code;
    }

    @Override
    public int code() {
        return code;
    }
}
