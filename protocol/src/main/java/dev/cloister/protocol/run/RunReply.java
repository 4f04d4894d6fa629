package dev.cloister.protocol.run;

import dev.cloister.protocol.frame.Coded;
import dev.cloister.protocol.frame.FieldReader;
import dev.cloister.protocol.frame.FieldWriter;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.Message;
import dev.cloister.protocol.frame.ProtocolException;
import java.nio.ByteBuffer;

/** What the run service answers: any number of {@link Output}, then one {@link Exited} or {@link Refused}. */
public sealed interface RunReply extends Message {
    /** The application's two output streams. */
    enum Stream implements Coded {
        STDOUT(1),
        STDERR(2);

        private final int code;

        Stream(int code) {
            this.code = code;
        }

        @Override
        public int code() {
            return code;
        }
    }

    /**
     * Output that the application's log policy lets out.
     *
     * @param content at most {@link Run#MAX_OUTPUT} bytes, a view into the frame when decoded
     */
    record Output(Stream stream, ByteBuffer content) implements RunReply {
        @Override
        public ByteBuffer data() {
            return content.duplicate();
        }
    }

    /**
     * The application has ended.
     *
     * @param status its exit status, 0..255; 128 + n when signal n ended it
     * @param overheadMicros what the enclave spent around the application: key, decryption, sandbox, wiping
     */
    record Exited(int status, long overheadMicros) implements RunReply {}

    /**
     * The enclave did not run the application.
     *
     * @param message one line; says nothing about the application's content
     */
    record Refused(Refusal reason, String message) implements RunReply {}

    @Override
    default int type() {
        return switch (this) {
            case Output r -> 128;
            case Exited r -> 129;
            case Refused r -> 130;
        };
    }

    @Override
    default int encodedSize() {
        return switch (this) {
            case Output r -> 1;
            case Exited r -> 9;
            case Refused r -> 1 + FieldWriter.sizeOf(r.message);
        };
    }

    @Override
    default void encode(FieldWriter out) {
        switch (this) {
            case Output r -> out.coded(r.stream);
            case Exited r -> out.u8(r.status).i64(r.overheadMicros);
            case Refused r -> out.coded(r.reason).string(r.message);
        }
    }

    /**
     * Reads a reply.
     *
     * @throws ProtocolException when the frame is no well-formed reply
     */
    static RunReply decode(Frame frame) throws ProtocolException {
        FieldReader in = frame.fields();
        RunReply reply = switch (frame.type()) {
            case 128 -> new Output(in.coded(Stream.values()), output(in));
            case 129 -> new Exited(in.u8(), in.size());
            case 130 -> new Refused(in.coded(Refusal.values()), in.string(Run.MAX_TEXT));
            default -> throw new ProtocolException("unknown reply type " + frame.type());
        };
        in.end();
        return reply;
    }

    private static ByteBuffer output(FieldReader in) throws ProtocolException {
        ByteBuffer output = in.rest();
        if (output.remaining() > Run.MAX_OUTPUT) {
            throw new ProtocolException("output of " + output.remaining() + " bytes");
        }
        return output;
    }
}
