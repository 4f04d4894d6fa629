package dev.cloister.protocol.frame;

import java.nio.ByteBuffer;

/**
 * One message as it came: its type, the request it belongs to, and its undecoded body. Closing it gives the body's
 * memory back, so decoded messages that hold slices of it must not outlive it.
 */
public final class Frame implements AutoCloseable {
    private final int type;
    private final int requestId;
    private final ByteBuffer body;
    private final BufferPool pool;
    private boolean closed;

    Frame(int type, int requestId, ByteBuffer body, BufferPool pool) {
        this.type = type;
        this.requestId = requestId;
        this.body = body;
        this.pool = pool;
    }

    /** 0..255. */
    public int type() {
        return type;
    }

    /** Chosen by the client; an answer carries that of its request. */
    public int requestId() {
        return requestId;
    }

    /** A reader from the body's start. */
    public FieldReader fields() {
        return new FieldReader(body.duplicate());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            pool.give(body);
        }
    }
}
