package dev.cloister.protocol.frame;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The first frame in each direction. The client names the service it expects and the versions it speaks; the server
 * answers with the version it chose, or ends the connection.
 *
 * @param service what is spoken on this connection
 * @param minVersion lowest version, at least 1; in the answer equal to {@code maxVersion}
 * @param maxVersion highest version
 */
public record Hello(Service service, int minVersion, int maxVersion) implements Message {
    /** The services of an enclave. */
    public enum Service implements Coded {
        SYNC(0),
        RUN(1);

        private final int code;

        Service(int code) {
            this.code = code;
        }

        @Override
        public int code() {
            return code;
        }
    }

    private static final int TYPE = 1;
    private static final int MAGIC = 0x434C4F49; // "CLOI"

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int encodedSize() {
        return 9;
    }

    @Override
    public void encode(FieldWriter out) {
        out.u32(MAGIC).coded(service).u16(minVersion).u16(maxVersion);
    }

    private static Hello decode(Frame frame) throws ProtocolException {
        FieldReader in = frame.fields();
        if (frame.type() != TYPE || in.u32() != MAGIC) {
            throw new ProtocolException("the peer does not speak cloister");
        }
        Hello hello = new Hello(in.coded(Service.values()), in.u16(), in.u16());
        in.end();
        return hello;
    }

    /**
     * The client's part: says hello and checks the answer.
     *
     * @throws ProtocolException when the peer is another service or speaks no version of ours
     */
    public static void greet(FrameConnection connection, Service service, int version) throws IOException {
        connection.send(0, new Hello(service, version, version));
        Hello answer = receive(connection);
        if (answer.service != service || answer.minVersion != version || answer.maxVersion != version) {
            throw new ProtocolException("the enclave speaks " + answer.service + " version " + answer.maxVersion
                    + ", not " + service + " version " + version);
        }
    }

    /**
     * The server's part: checks the client's hello and answers it.
     *
     * @throws ProtocolException when the client wants another service or speaks no version of ours; it has been told
     *     which one is spoken here
     */
    public static void answer(FrameConnection connection, Service service, int version) throws IOException {
        Hello client = receive(connection);
        connection.send(0, new Hello(service, version, version));
        if (client.service != service || client.minVersion > version || client.maxVersion < version) {
            throw new ProtocolException("the client speaks " + client.service + " version " + client.minVersion + " to "
                    + client.maxVersion);
        }
    }

    private static Hello receive(FrameConnection connection) throws IOException {
        try (@Nullable Frame frame = connection.receive()) {
            if (frame == null) {
                throw new ProtocolException("the peer hung up before it said hello");
            }
            return decode(frame);
        }
    }
}
