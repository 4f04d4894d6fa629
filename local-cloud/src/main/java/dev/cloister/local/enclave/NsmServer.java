package dev.cloister.local.enclave;

import dev.cloister.attestation.nsm.NsmLimits;
import dev.cloister.attestation.nsm.NsmTransport;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.Listener;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/**
 * A security module behind a unix socket: each request and each response is a u32 big-endian length and that many bytes
 * of CBOR. It stands where an enclave has {@code /dev/nsm}.
 */
public final class NsmServer implements Closeable {
    private final Listener listener;
    private final NsmTransport module;

    private NsmServer(Listener listener, NsmTransport module) {
        this.listener = listener;
        this.module = module;
    }

    /** Serves a module on a socket until it is closed. */
    public static NsmServer start(Address address, NsmTransport module) throws IOException {
        NsmServer server = new NsmServer(Channels.listen(address), module);
        Thread.ofPlatform().daemon().name("nsm").start(server::accept);
        return server;
    }

    private void accept() {
        try {
            while (true) {
                Channel client = listener.accept();
                Thread.ofPlatform().daemon().name("nsm-client").start(() -> serve(client));
            }
        } catch (ClosedChannelException closed) {
            // The enclave has ended.
        } catch (IOException e) {
            close();
        }
    }

    private void serve(Channel client) {
        try (client;
                DataInputStream in = new DataInputStream(client.input())) {
            while (true) {
                int length = in.readInt();
                if (length < 1 || length > NsmLimits.MAX_REQUEST) {
                    return;
                }
                byte[] response = module.exchange(in.readNBytes(length));
                client.write(ByteBuffer.allocate(4).putInt(response.length).flip(), ByteBuffer.wrap(response));
            }
        } catch (EOFException hungUp) {
            // The enclave has no further question.
        } catch (IOException e) {
            // A client that breaks the rules, or is gone, loses its connection and nobody else's.
        }
    }

    @Override
    public void close() {
        listener.close();
    }
}
