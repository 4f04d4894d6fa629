package dev.cloister.protocol.sync;

import dev.cloister.protocol.frame.Coded;

/** How an extended attribute is set. */
public enum AttributeMode implements Coded {
    /** Whether it is there or not. */
    EITHER(0),
    /** Only if it is not there. */
    CREATE(1),
    /** Only if it is there. */
    REPLACE(2);

    private final int code;

    AttributeMode(int code) {
        this.code = code;
    }

    @Override
    public int code() {
        return code;
    }
}
