package dev.cloister.enclave.kms;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.Listener;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The parent's part in reaching KMS: it carries bytes between a socket of the enclave's and a TCP port. */
final class ParentForwarder implements Closeable {
    private final Listener listener;
    private final InetSocketAddress target;
    private final AtomicInteger connections = new AtomicInteger();
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();

    ParentForwarder(Address address, InetSocketAddress target) throws IOException {
        this.listener = Channels.listen(address);
        this.target = target;
        Thread.ofPlatform().daemon().start(this::accept);
    }

    int connections() {
        return connections.get();
    }

    private void accept() {
        try {
            while (true) {
                Channel channel = listener.accept();
                open.add(channel);
                connections.incrementAndGet();
                Thread.ofPlatform().daemon().start(() -> forward(channel));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void forward(Channel channel) {
        try (channel;
                Socket socket = new Socket(target.getAddress(), target.getPort())) {
            Thread back = Thread.ofPlatform().daemon().start(() -> copy(channel, socket, false));
            copy(channel, socket, true);
            back.join();
        } catch (IOException unreachable) {
            // Closed without a word, as the real one does.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Channel channel, Socket socket, boolean outward) {
        try (InputStream in = outward ? channel.input() : socket.getInputStream();
                OutputStream out = outward ? socket.getOutputStream() : channel.output()) {
            in.transferTo(out);
        } catch (IOException ended) {
            // Either side may hang up.
        }
    }

    @Override
    public void close() {
        listener.close();
        open.forEach(Channel::close);
    }
}
