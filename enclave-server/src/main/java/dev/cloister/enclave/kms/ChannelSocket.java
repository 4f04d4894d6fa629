package dev.cloister.enclave.kms;

import dev.cloister.protocol.channel.Channel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.time.Duration;

/** A connected channel in the shape that JSSE wants below TLS. Options of TCP have no meaning on it and are ignored. */
final class ChannelSocket extends Socket {
    private final Channel channel;
    private final InputStream input;
    private final OutputStream output;
    private volatile boolean closed;
    private volatile int timeoutMillis;

    ChannelSocket(Channel channel) {
        this.channel = channel;
        this.input = channel.input();
        this.output = channel.output();
    }

    @Override
    public InputStream getInputStream() {
        return input;
    }

    @Override
    public OutputStream getOutputStream() {
        return output;
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        try {
            channel.setReadTimeout(Duration.ofMillis(millis));
        } catch (IOException e) {
            throw new SocketException(e.getMessage(), e);
        }
        timeoutMillis = millis;
    }

    @Override
    public int getSoTimeout() {
        return timeoutMillis;
    }

    @Override
    public void close() {
        closed = true;
        channel.close();
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void shutdownInput() {
        // Nothing to do: who shuts down input closes soon.
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws SocketException {
        throw new SocketException("already connected");
    }

    @Override
    public InetAddress getInetAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public void setTcpNoDelay(boolean on) {}

    @Override
    public void setKeepAlive(boolean on) {}

    @Override
    public void setSoLinger(boolean on, int linger) {}

    @Override
    public void setReuseAddress(boolean on) {}

    @Override
    public void setSendBufferSize(int size) {}

    @Override
    public void setReceiveBufferSize(int size) {}
}
