package dev.cloister.protocol.sync;

import dev.cloister.protocol.frame.Coded;

/** What a name in the synced folder can be; nothing else is carried. */
public enum FileKind implements Coded {
    FILE(0),
    DIRECTORY(1),
    SYMBOLIC_LINK(2);

    private final int code;

    FileKind(int code) {
        this.code = code;
    }

    @Override
    public int code() {
        return code;
    }
}
