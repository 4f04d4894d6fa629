package dev.cloister.host.proxy;

import dev.cloister.protocol.channel.Channel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Forwards bytes both ways between the enclave and one TCP connection, each way in a thread of its own. The end of one
 * way is passed on and leaves the other open; an error ends both.
 */
final class Forwarder {
    /** Larger ones leave the processor's cache, smaller ones cost more calls; see bench/proxy. */
    static final int BUFFER_BYTES = 128 << 10;

    private final Channel enclave;
    private final SocketChannel remote;

    private Forwarder(Channel enclave, SocketChannel remote) {
        this.enclave = enclave;
        this.remote = remote;
    }

    /** One way, from its source's next bytes to its sink. */
    private interface Source {
        int read(ByteBuffer buffer) throws IOException;
    }

    private interface Sink {
        void write(ByteBuffer buffer) throws IOException;
    }

    private interface End {
        void pass() throws IOException;
    }

    /**
     * Connects to the first address that answers.
     *
     * @param timeoutMillis for each address
     */
    static SocketChannel connect(Iterable<InetSocketAddress> addresses, int timeoutMillis) throws IOException {
        IOException last = new IOException("no address");
        for (InetSocketAddress address : addresses) {
            SocketChannel channel = SocketChannel.open();
            try {
                channel.socket().connect(address, timeoutMillis);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                return channel;
            } catch (IOException e) {
                channel.close();
                last = e;
            }
        }
        throw last;
    }

    /** Forwards until both ways have ended, and closes both connections. */
    static void run(Channel enclave, SocketChannel remote) throws InterruptedException {
        Forwarder forwarder = new Forwarder(enclave, remote);
        try {
            Thread fromRemote = Thread.ofPlatform()
                    .daemon()
                    .name(Thread.currentThread().getName() + "-back")
                    .start(() -> forwarder.copy(
                            remote::read, buffer -> forwarder.enclave.write(buffer), enclave::shutdownOutput));
            forwarder.copy(enclave::read, forwarder::writeRemote, remote::shutdownOutput);
            fromRemote.join();
        } finally {
            forwarder.close();
        }
    }

    private void copy(Source source, Sink sink, End end) {
        // An arena gives the memory back at once; direct buffers wait for the garbage collector.
        try (Arena arena = Arena.ofConfined()) {
            ByteBuffer buffer = arena.allocate(BUFFER_BYTES).asByteBuffer();
            while (source.read(buffer) >= 0) {
                sink.write(buffer.flip());
                buffer.clear();
            }
            end.pass();
        } catch (IOException broken) {
            close();
        }
    }

    private void writeRemote(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            remote.write(buffer);
        }
    }

    private void close() {
        enclave.close();
        try {
            remote.close();
        } catch (IOException alreadyBroken) {
            // Nothing is left to lose.
        }
    }
}
