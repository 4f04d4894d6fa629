package dev.cloister.protocol.channel;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A connected byte stream. One thread may read while another writes; {@link #close} may come from any thread, ends
 * both at once and may be called twice. Direct buffers are moved without a copy.
 */
public interface Channel extends Closeable {
    /**
     * Blocks until at least one byte has come.
     *
     * @return bytes put into {@code target}, or -1 at the end of the stream; 0 only if {@code target} is full
     * @throws java.net.SocketTimeoutException when the read timeout passes first
     */
    int read(ByteBuffer target) throws IOException;

    /**
     * Takes what has come already, and waits for nothing.
     *
     * @return as {@link #read}, and 0 when nothing has come
     */
    int readNow(ByteBuffer target) throws IOException;

    /** Blocks until the peer has hung up, or the channel is closed; what has come can still be read. */
    void awaitHangUp() throws IOException;

    /** Writes all remaining bytes of each buffer in turn, blocking as long as the peer takes. */
    void write(ByteBuffer... sources) throws IOException;

    /** Tells the peer that nothing more will come; reading goes on. */
    void shutdownOutput() throws IOException;

    /** Asks the kernel to hold up to {@code bytes} on their way in either direction; it may hold fewer. */
    void setBuffers(int bytes) throws IOException;

    /** How long a read may wait; zero waits for ever, as it is at first. */
    void setReadTimeout(Duration timeout) throws IOException;

    /** How long a write may wait for a peer that takes nothing; zero waits for ever, as it is at first. */
    void setWriteTimeout(Duration timeout) throws IOException;

    @Override
    void close();

    /** Reads as a stream; closing it closes the channel. */
    default InputStream input() {
        return new ChannelStreams.Input(this);
    }

    /** Writes as a stream; closing it closes the channel. */
    default OutputStream output() {
        return new ChannelStreams.Output(this);
    }
}
