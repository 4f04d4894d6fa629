package dev.cloister.local.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/**
 * An HTTP/1.1 server for bodies of any size, with a virtual thread for each connection. A client that sends nothing
 * for a while in the middle of a request is cut off; how long the whole request takes is not bounded, as an upload may
 * be large.
 */
public final class StreamServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(StreamServer.class.getName());
    private static final int MAX_CONNECTIONS = 256;
    private static final int BACKLOG = 128;
    private static final int IDLE_MILLIS = 60_000;

    private final ServerSocket listener;
    private final boolean isSecure;
    private final StreamHandler handler;
    private final Semaphore free = new Semaphore(MAX_CONNECTIONS);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean isClosed;

    private StreamServer(ServerSocket listener, boolean isSecure, StreamHandler handler) {
        this.listener = listener;
        this.isSecure = isSecure;
        this.handler = handler;
    }

    /**
     * Listens; it serves once {@link #start} is called.
     *
     * @param tls empty for plain HTTP
     */
    public static StreamServer listen(InetSocketAddress address, Optional<SSLContext> tls, StreamHandler handler)
            throws IOException {
        ServerSocket listener =
                tls.isPresent() ? tls.get().getServerSocketFactory().createServerSocket() : new ServerSocket();
        if (listener instanceof SSLServerSocket secure) {
            secure.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        }
        try {
            listener.setReuseAddress(true);
            listener.bind(address, BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw new IOException("cannot listen on port " + address.getPort() + " of the loopback address", e);
        }
        return new StreamServer(listener, tls.isPresent(), handler);
    }

    public void start() {
        Thread.ofVirtual().name("accept " + port()).start(this::accept);
    }

    /** The port it listens on. */
    public int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!isClosed) {
            try {
                free.acquire();
                Socket socket = listener.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                free.release();
                if (!isClosed) {
                    LOG.log(System.Logger.Level.WARNING, "a connection could not be accepted: " + e.getMessage());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            if (isClosed) {
                return;
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(IDLE_MILLIS);
            new Connection(socket.getInputStream(), socket.getOutputStream(), isSecure, handler).serve();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a connection ended: " + e.getMessage());
        } finally {
            open.remove(socket);
            free.release();
        }
    }

    /** Cuts off all connections. Closing twice is fine. */
    @Override
    public void close() throws IOException {
        isClosed = true;
        listener.close();
        for (Socket socket : open) {
            // Reset, as closing a TLS socket in order may wait for its peer's farewell.
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "a connection could not be closed: " + e.getMessage());
            }
        }
    }
}
