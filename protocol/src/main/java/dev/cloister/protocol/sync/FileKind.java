package dev.cloister.protocol.sync;

import dev.cloister.protocol.frame.Coded;

/** What a name in the synced folder can be. */
public enum FileKind implements Coded {
    FILE(0),
    DIRECTORY(1),
    SYMBOLIC_LINK(2),
    /** A device, socket or FIFO that an application made: it is listed, renamed and removed, and nothing else. */
    OTHER(3);

    private final int code;

    FileKind(int code) {
        this.code = code;
    }

    @Override
    public int code() {
        return code;
    }
}
