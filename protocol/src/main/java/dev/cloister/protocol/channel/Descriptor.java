package dev.cloister.protocol.channel;

import java.nio.channels.ClosedChannelException;

/**
 * A file descriptor that several threads use. It is closed when the last of them has let go, so that its number is
 * never reused under a thread that still reads from it; {@link #close} wakes those threads first.
 */
final class Descriptor {
    private final int number;
    private int users;
    private boolean closed;

    Descriptor(int number) {
        this.number = number;
    }

    /** The number, for one call; pair it with {@link #release}. */
    synchronized int acquire() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
        users++;
        return number;
    }

    synchronized void release() {
        users--;
        if (closed && users == 0) {
            Sockets.close(number);
        }
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (users == 0) {
            Sockets.close(number);
        } else {
            Sockets.wake(number);
        }
    }
}
