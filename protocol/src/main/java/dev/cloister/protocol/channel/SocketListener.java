package dev.cloister.protocol.channel;

import dev.cloister.protocol.libc.Libc;
import dev.cloister.protocol.libc.SystemCallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** A listener on a socket of either family. */
final class SocketListener implements Listener {
    private final Descriptor socket;
    private final Descriptor wake;
    private final Address address;

    SocketListener(Descriptor socket, Address address) throws IOException {
        this.socket = socket;
        this.address = address;
        this.wake = Sockets.wakeEvent();
    }

    @Override
    public Channel accept() throws IOException {
        while (true) {
            try {
                return new SocketChannel(Sockets.accept(socket, wake));
            } catch (SystemCallException e) {
                // A peer that resets its connection before it is taken ends nothing but that connection.
                if (e.errno() != Libc.ECONNABORTED && e.errno() != Libc.ECONNRESET) {
                    throw e;
                }
            }
        }
    }

    @Override
    public Address address() {
        return address;
    }

    @Override
    public void close() {
        if (socket.isClosed()) {
            return;
        }
        socket.close();
        try {
            // shutdown(2) does not end an accept on AF_VSOCK, so accept waits for this event as well.
            Sockets.signal(wake);
            wake.close();
            if (address instanceof Address.Unix unix) {
                Files.deleteIfExists(unix.path());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
