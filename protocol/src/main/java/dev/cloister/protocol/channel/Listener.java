package dev.cloister.protocol.channel;

import java.io.Closeable;
import java.io.IOException;

/** A listening socket. Closing it from any thread ends {@link #accept} and removes a unix socket's path. */
public interface Listener extends Closeable {
    /**
     * Blocks until a peer connects.
     *
     * @throws java.nio.channels.ClosedChannelException once the listener is closed
     */
    Channel accept() throws IOException;

    /** Where it listens. */
    Address address();

    @Override
    void close();
}
