package dev.cloister.protocol.frame;

import dev.cloister.protocol.channel.Channel;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Frames over a channel. A frame is {@code u32 length, u8 type, u32 request id, body}, integers big-endian, where the
 * length counts all that follows it. One thread may receive; any number may send, each frame leaving as a whole.
 */
public final class FrameConnection implements Closeable {
    /** Bytes of type and request id, which the length counts. */
    static final int TYPE_AND_ID = 5;

    private static final int HEADER = 4 + TYPE_AND_ID;
    /** Holds many short messages, and no more file data than is quickly copied on. */
    private static final int READ_AHEAD = 4 << 10;

    private final Channel channel;
    private final int maxBody;
    private final BufferPool pool;
    private final ByteBuffer received = ByteBuffer.allocateDirect(READ_AHEAD).limit(0);
    private final ByteBuffer header = ByteBuffer.allocateDirect(HEADER);
    private final Object sendLock = new Object();
    private volatile long spinNanos;

    /**
     * Takes over a channel.
     *
     * @param maxBody longest body accepted, in bytes; a longer one ends the connection before anything is allocated
     * @param pool of buffers of at least {@code maxBody} bytes; may be shared
     */
    public FrameConnection(Channel channel, int maxBody, BufferPool pool) {
        this.channel = channel;
        this.maxBody = maxBody;
        this.pool = pool;
    }

    /**
     * Waits for the next frame.
     *
     * @return the frame, which the caller closes, or null when the peer has ended the stream between two frames
     * @throws ProtocolException when the length is out of bounds
     * @throws EOFException when the stream ends inside a frame
     */
    public @Nullable Frame receive() throws IOException {
        if (!fill(HEADER)) {
            return null;
        }
        int length = received.getInt();
        int type = received.get() & 0xff;
        int requestId = received.getInt();
        if (length < TYPE_AND_ID || length - TYPE_AND_ID > maxBody) {
            throw new ProtocolException("a frame of " + Integer.toUnsignedString(length) + " bytes is out of bounds");
        }
        ByteBuffer body = pool.take(length - TYPE_AND_ID);
        try {
            readBody(body);
            return new Frame(type, requestId, body.flip(), pool);
        } catch (IOException | RuntimeException e) {
            pool.give(body);
            throw e;
        }
    }

    private void readBody(ByteBuffer body) throws IOException {
        int ready = Math.min(received.remaining(), body.remaining());
        body.put(received.slice(received.position(), ready));
        received.position(received.position() + ready);
        while (body.hasRemaining()) {
            if (channel.read(body) < 0) {
                throw new EOFException("the connection ended inside a frame");
            }
        }
    }

    /** Makes at least {@code count} bytes ready; false when the stream ends before the first of them. */
    private boolean fill(int count) throws IOException {
        if (received.remaining() >= count) {
            return true;
        }
        received.compact();
        try {
            spin();
            while (received.position() < count) {
                if (channel.read(received) < 0) {
                    if (received.position() == 0) {
                        return false;
                    }
                    throw new EOFException("the connection ended inside a frame");
                }
            }
            return true;
        } finally {
            received.flip();
        }
    }

    /** Where an answer comes within microseconds, looking for it again and again is quicker than being woken. */
    // Yielding is no more than manners: where the peer shares this processor it gets to run.
    @SuppressWarnings("ThreadPriorityCheck")
    private void spin() throws IOException {
        if (spinNanos == 0 || received.position() > 0) {
            return;
        }
        long start = System.nanoTime();
        // The end of the stream is found by the read that follows.
        while (channel.readNow(received) == 0 && System.nanoTime() - start < spinNanos) {
            Thread.yield();
        }
    }

    /** Whether {@link #receive} would find the beginning of a frame at once; for the thread that receives. */
    public boolean hasReceived() throws IOException {
        if (received.hasRemaining()) {
            return true;
        }
        received.compact();
        try {
            int _ = channel.readNow(received);
        } finally {
            received.flip();
        }
        return received.hasRemaining();
    }

    /** Blocks until the peer has hung up or this is closed. */
    public void awaitHangUp() throws IOException {
        channel.awaitHangUp();
    }

    /** How long {@link #receive} looks for a frame before it sleeps until one comes; zero, as at first, is not at all. */
    public void setSpin(Duration time) {
        spinNanos = time.toNanos();
    }

    /**
     * Sends a message.
     *
     * @param requestId chosen by the client, repeated by the server
     */
    public void send(int requestId, Message message) throws IOException {
        FieldWriter fields = new FieldWriter(pool.take(message.encodedSize()));
        message.encode(fields);
        ByteBuffer body = fields.finish();
        ByteBuffer data = message.data();
        try {
            int length = body.remaining() + data.remaining();
            if (length > maxBody) {
                throw new IllegalArgumentException("a message of " + length + " bytes does not fit a frame");
            }
            synchronized (sendLock) {
                header.clear()
                        .putInt(length + TYPE_AND_ID)
                        .put((byte) message.type())
                        .putInt(requestId);
                channel.write(header.flip(), body, data);
            }
        } finally {
            pool.give(body);
        }
    }

    /** Asks the kernel to hold up to {@code bytes} on their way in either direction; it may hold fewer. */
    public void setBuffers(int bytes) throws IOException {
        channel.setBuffers(bytes);
    }

    /** How long {@link #receive} may wait; zero waits for ever. */
    public void setReadTimeout(Duration timeout) throws IOException {
        channel.setReadTimeout(timeout);
    }

    /** How long {@link #send} may wait for room; zero waits for ever. */
    public void setWriteTimeout(Duration timeout) throws IOException {
        channel.setWriteTimeout(timeout);
    }

    @Override
    public void close() {
        channel.close();
    }
}
