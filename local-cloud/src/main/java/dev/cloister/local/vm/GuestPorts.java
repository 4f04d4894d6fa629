package dev.cloister.local.vm;

import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.EnclaveAddress;
import dev.cloister.protocol.channel.Listener;
import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.Hello;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The folder of unix sockets in which a machine's ports are found, as those of any local enclave: {@code enclave-P.sock}
 * leads to port P of the guest, and what listens on {@code parent-P.sock} the guest reaches as port P of CID 3.
 */
final class GuestPorts implements AutoCloseable {
    /** As long as a client that connects to a real enclave would wait for its kernel. */
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

    private static final int MAX_HELLO = 64;

    private final EnclaveAddress.Folder folder;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    GuestPorts(EnclaveAddress.Folder folder) {
        this.folder = folder;
    }

    /** Connects to a port of the parent, for the guest. */
    Channel connectParent(int port) throws IOException {
        return Channels.connect(folder.parentPort(port), CONNECT_LIMIT);
    }

    /** Whether a service on an offered port says hello; a kernel that takes the connection means nothing yet. */
    boolean greets(int port, Hello.Service service, int version, Duration limit) {
        try (Channel channel = Channels.connect(folder.enclavePort(port), CONNECT_LIMIT)) {
            channel.setReadTimeout(limit);
            Hello.greet(new FrameConnection(channel, MAX_HELLO, new BufferPool(MAX_HELLO)), service, version);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Offers a port of the guest to this side. */
    void offer(VsockDevice device, int port) throws IOException {
        Listener listener = Channels.listen(folder.enclavePort(port));
        listeners.add(listener);
        Thread.ofPlatform().daemon().name("guest-port-" + port).start(() -> accept(listener, device, port));
    }

    private static void accept(Listener listener, VsockDevice device, int port) {
        try {
            while (true) {
                Channel client = listener.accept();
                try {
                    device.open(port, client);
                } catch (IOException tooMany) {
                    client.close();
                }
            }
        } catch (IOException closed) {
            // The machine has ended.
        }
    }

    @Override
    public void close() {
        listeners.forEach(Listener::close);
    }
}
