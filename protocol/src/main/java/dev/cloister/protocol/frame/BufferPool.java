package dev.cloister.protocol.frame;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Direct buffers for frame bodies, used again and again: small ones for the many short messages, large ones for file
 * data. It keeps a bounded number; what is beyond that is left to the garbage collector.
 */
public final class BufferPool {
    private static final int SMALL_BYTES = 4 << 10;
    private static final int KEPT_SMALL = 64;
    private static final int KEPT_LARGE = 16;

    private final int largeBytes;
    private final BlockingQueue<ByteBuffer> small = new ArrayBlockingQueue<>(KEPT_SMALL);
    private final BlockingQueue<ByteBuffer> large = new ArrayBlockingQueue<>(KEPT_LARGE);

    /** A pool whose large buffers hold {@code largeBytes} bytes. */
    public BufferPool(int largeBytes) {
        this.largeBytes = largeBytes;
    }

    /** An empty buffer whose limit is {@code length}. */
    public ByteBuffer take(int length) {
        if (length > largeBytes) {
            return ByteBuffer.allocateDirect(length);
        }
        boolean isSmall = length <= SMALL_BYTES;
        ByteBuffer kept = (isSmall ? small : large).poll();
        ByteBuffer buffer = kept == null ? ByteBuffer.allocateDirect(isSmall ? SMALL_BYTES : largeBytes) : kept;
        return buffer.clear().limit(length);
    }

    /** Gives back a buffer from {@link #take}; nobody may use it, or a slice of it, any more. */
    public void give(ByteBuffer buffer) {
        if (buffer.capacity() == SMALL_BYTES) {
            boolean _ = small.offer(buffer);
        } else if (buffer.capacity() == largeBytes) {
            boolean _ = large.offer(buffer);
        }
    }
}
