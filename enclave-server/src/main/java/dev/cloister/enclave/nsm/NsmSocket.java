package dev.cloister.enclave.nsm;

import dev.cloister.attestation.nsm.NsmLimits;
import dev.cloister.attestation.nsm.NsmTransport;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * The security module of a local enclave, which has no Nitro hypervisor: a socket on which each request and each
 * response is a {@code u32} big-endian length and that many bytes of CBOR. One connection serves one exchange.
 */
public final class NsmSocket implements NsmTransport {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Address address;

    public NsmSocket(Address address) {
        this.address = address;
    }

    @Override
    public byte[] exchange(byte[] request) throws IOException {
        try (Channel channel = Channels.connect(address, TIMEOUT)) {
            channel.setReadTimeout(TIMEOUT);
            channel.setWriteTimeout(TIMEOUT);
            channel.write(ByteBuffer.allocate(4 + request.length)
                    .putInt(request.length)
                    .put(request)
                    .flip());
            DataInputStream in = new DataInputStream(channel.input());
            int length = in.readInt();
            if (length < 1 || length > NsmLimits.MAX_RESPONSE) {
                throw new IOException("the security module's answer is out of bounds");
            }
            byte[] answer = in.readNBytes(length);
            if (answer.length < length) {
                throw new EOFException("the security module's answer is cut short");
            }
            return answer;
        }
    }
}
