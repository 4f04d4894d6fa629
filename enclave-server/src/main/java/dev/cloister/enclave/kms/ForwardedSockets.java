package dev.cloister.enclave.kms;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.http.HttpHost;
import org.apache.http.conn.socket.ConnectionSocketFactory;
import org.apache.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Makes TLS connections whose bytes the parent instance forwards. TLS ends in this process: the server must prove to
 * be the host that was asked for, whatever the forwarder connects to.
 */
final class ForwardedSockets implements ConnectionSocketFactory {
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /**
     * Between one of the server's messages and the next; a processor that is translated is twenty times slower. Two
     * attempts must end within {@link KmsClients#CALL_TIMEOUT}.
     */
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(20);

    private final Address forwarder;
    private final SSLContext tls;

    ForwardedSockets(Address forwarder, TrustRoots roots) throws GeneralSecurityException {
        this.forwarder = forwarder;
        this.tls = SSLContext.getInstance("TLS");
        tls.init(null, roots.trustManagers(), null);
    }

    /** Only a placeholder: what connects is known in {@link #connectSocket}. */
    @Override
    public Socket createSocket(HttpContext context) {
        return new Socket();
    }

    @Override
    public Socket connectSocket(
            int timeoutMillis,
            @Nullable Socket placeholder,
            HttpHost host,
            InetSocketAddress ignoredAddress,
            @Nullable InetSocketAddress ignoredLocal,
            HttpContext context)
            throws IOException {
        Channel channel = connect();
        try {
            channel.setReadTimeout(HANDSHAKE_TIMEOUT);
            channel.setWriteTimeout(HANDSHAKE_TIMEOUT);
            SSLSocket socket = (SSLSocket) tls.getSocketFactory()
                    .createSocket(new ChannelSocket(channel), host.getHostName(), host.getPort(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Makes the first message of a connection that never is, so that the code for it is loaded. */
    void rehearse() throws SSLException {
        SSLEngine engine = tls.createSSLEngine("localhost", 443);
        engine.setUseClientMode(true);
        ByteBuffer message = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        SSLEngineResult _ = engine.wrap(ByteBuffer.allocate(0), message);
    }

    private Channel connect() throws IOException {
        try {
            return Channels.connect(forwarder, CONNECT_TIMEOUT);
        } catch (IOException e) {
            throw new ForwarderMissingException(e);
        }
    }
}
