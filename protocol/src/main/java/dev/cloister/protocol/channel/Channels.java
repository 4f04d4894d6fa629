package dev.cloister.protocol.channel;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;

/** Opens channels and listeners on either kind of address. */
public final class Channels {
    private static final int BACKLOG = 128;

    private Channels() {}

    /**
     * Connects.
     *
     * @param timeout how long to wait for the peer, at least 1 ms
     * @throws IOException when nobody listens there or nobody answers in time
     */
    public static Channel connect(Address address, Duration timeout) throws IOException {
        Descriptor socket = Sockets.open(address);
        try {
            Sockets.setConnectTimeout(socket, address, timeout);
            Sockets.connect(socket, address);
            Sockets.setWriteTimeout(socket, Duration.ZERO);
            return new SocketChannel(socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Listens. A unix socket left behind by a process that has died is replaced, one that still answers is not.
     *
     * @throws IOException when the address is in use or not of this machine
     */
    public static Listener listen(Address address) throws IOException {
        if (address instanceof Address.Unix unix && Files.exists(unix.path()) && isAbandoned(unix)) {
            Files.delete(unix.path());
        }
        Descriptor socket = Sockets.open(address);
        try {
            Sockets.bind(socket, address);
            Sockets.listen(socket, BACKLOG);
            return new SocketListener(socket, address);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static boolean isAbandoned(Address.Unix address) {
        try {
            connect(address, Duration.ofSeconds(1)).close();
            return false;
        } catch (IOException nobodyListens) {
            return true;
        }
    }
}
