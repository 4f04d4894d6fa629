package dev.cloister.protocol.frame;

import dev.cloister.protocol.channel.Channel;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;

/** A channel whose input is given and whose output is kept. */
public final class MemoryChannel implements Channel {
    private final ByteBuffer input;
    private final int mostAtOnce;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    /** A channel with this input, of which it gives out all that fits at once. */
    public MemoryChannel(byte[] input) {
        this(input, Integer.MAX_VALUE);
    }

    /** A channel that gives out its input in pieces of at most {@code mostAtOnce} bytes. */
    public MemoryChannel(byte[] input, int mostAtOnce) {
        this.input = ByteBuffer.wrap(input);
        this.mostAtOnce = mostAtOnce;
    }

    /** What was written. */
    public byte[] written() {
        return output.toByteArray();
    }

    @Override
    public int read(ByteBuffer target) {
        if (!input.hasRemaining()) {
            return -1;
        }
        int count = Math.min(mostAtOnce, Math.min(target.remaining(), input.remaining()));
        target.put(input.slice(input.position(), count));
        input.position(input.position() + count);
        return count;
    }

    @Override
    public int readNow(ByteBuffer target) {
        return read(target);
    }

    @Override
    public void awaitHangUp() {}

    @Override
    public void write(ByteBuffer... sources) {
        for (ByteBuffer source : sources) {
            while (source.hasRemaining()) {
                output.write(source.get());
            }
        }
    }

    @Override
    public void shutdownOutput() {}

    @Override
    public void setBuffers(int bytes) {}

    @Override
    public void setReadTimeout(Duration timeout) {}

    @Override
    public void setWriteTimeout(Duration timeout) {}

    @Override
    public void close() {}
}
