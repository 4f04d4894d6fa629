package dev.cloister.host.proxy;

import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Listener;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Accepts the enclave's connections and forwards each to the destination. It never looks at the bytes. */
final class ProxyServer implements AutoCloseable {
    /** Connections at once; the next ones wait in the listener's queue. */
    static final int MAX_CONNECTIONS = 256;

    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

    private final Listener listener;
    private final Resolver resolver;
    private final Consumer<String> log;
    private final Semaphore free = new Semaphore(MAX_CONNECTIONS);
    private final AtomicLong count = new AtomicLong();
    private final AtomicBoolean failing = new AtomicBoolean();

    /**
     * Takes over a listener.
     *
     * @param log told, one line at a time, when connections begin to fail and when they work again
     */
    ProxyServer(Listener listener, Resolver resolver, Consumer<String> log) {
        this.listener = listener;
        this.resolver = resolver;
        this.log = log;
    }

    /** Serves until {@link #close}. */
    void run() throws IOException, InterruptedException {
        while (true) {
            free.acquire();
            Channel enclave;
            try {
                enclave = listener.accept();
            } catch (ClosedChannelException closed) {
                return;
            }
            Thread.ofPlatform()
                    .daemon()
                    .name("connection-" + count.incrementAndGet())
                    .start(() -> forward(enclave));
        }
    }

    private void forward(Channel enclave) {
        try (enclave) {
            var remote = Forwarder.connect(resolver.addresses(), CONNECT_TIMEOUT_MILLIS);
            if (failing.compareAndSet(true, false)) {
                log.accept(resolver.destination() + " can be reached again");
            }
            Forwarder.run(enclave, remote);
        } catch (IOException e) {
            if (failing.compareAndSet(false, true)) {
                log.accept("cannot connect to " + resolver.destination() + ": " + e.getMessage());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            free.release();
        }
    }

    @Override
    public void close() {
        listener.close();
    }
}
