package dev.cloister.protocol.run;

import dev.cloister.protocol.frame.FieldReader;
import dev.cloister.protocol.frame.FieldWriter;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.Message;
import dev.cloister.protocol.frame.ProtocolException;
import java.util.ArrayList;
import java.util.List;

/** What the parent asks of the run service. A connection carries one run. */
public sealed interface RunRequest extends Message {
    /**
     * Decrypts and runs an application.
     *
     * @param packageName name of the package in the synced folder's {@code encrypted} folder; not yet checked
     * @param entrypoint name of a declared entrypoint, or a file of the package; not yet checked
     * @param arguments appended to the entrypoint's command line
     */
    record Start(String packageName, String entrypoint, List<String> arguments, Credentials credentials)
            implements RunRequest {}

    /** Ends the run; answered by {@link RunReply.Exited} as soon as the application is gone. */
    record Stop() implements RunRequest {}

    @Override
    default int type() {
        return switch (this) {
            case Start r -> 16;
            case Stop r -> 17;
        };
    }

    @Override
    default int encodedSize() {
        return switch (this) {
            case Start r ->
                64
                        + FieldWriter.sizeOf(r.packageName)
                        + FieldWriter.sizeOf(r.entrypoint)
                        + r.arguments.stream().mapToInt(FieldWriter::sizeOf).sum()
                        + FieldWriter.sizeOf(r.credentials.accessKeyId())
                        + FieldWriter.sizeOf(r.credentials.secretAccessKey())
                        + FieldWriter.sizeOf(r.credentials.sessionToken());
            case Stop r -> 0;
        };
    }

    @Override
    default void encode(FieldWriter out) {
        switch (this) {
            case Start r -> {
                out.string(r.packageName).string(r.entrypoint).u32(r.arguments.size());
                r.arguments.forEach(out::string);
                out.string(r.credentials.accessKeyId())
                        .string(r.credentials.secretAccessKey())
                        .string(r.credentials.sessionToken());
            }
            case Stop r -> {}
        }
    }

    /**
     * Reads a request.
     *
     * @throws ProtocolException when the frame is no well-formed request
     */
    static RunRequest decode(Frame frame) throws ProtocolException {
        FieldReader in = frame.fields();
        RunRequest request = switch (frame.type()) {
            case 16 -> decodeStart(in);
            case 17 -> new Stop();
            default -> throw new ProtocolException("unknown request type " + frame.type());
        };
        in.end();
        return request;
    }

    private static Start decodeStart(FieldReader in) throws ProtocolException {
        String packageName = in.string(Run.MAX_ARGUMENT);
        String entrypoint = in.string(Run.MAX_ARGUMENT);
        int count = in.count(Run.MAX_ARGUMENTS);
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            arguments.add(in.string(Run.MAX_ARGUMENT));
        }
        Credentials credentials = new Credentials(
                in.string(Run.MAX_CREDENTIAL), in.string(Run.MAX_CREDENTIAL), in.string(Run.MAX_CREDENTIAL));
        return new Start(packageName, entrypoint, List.copyOf(arguments), credentials);
    }
}
