package dev.cloister.enclave.run;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.Hello;
import dev.cloister.protocol.run.Credentials;
import dev.cloister.protocol.run.Refusal;
import dev.cloister.protocol.run.Run;
import dev.cloister.protocol.run.RunReply;
import dev.cloister.protocol.run.RunRequest;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parent's side of a run. */
final class RunClient implements Closeable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final FrameConnection connection;
    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();

    /** How a run ended. */
    record Result(String stdout, String stderr, RunReply reply) {
        int status() {
            if (reply instanceof RunReply.Exited exited) {
                return exited.status();
            }
            throw new AssertionError("the run was refused: " + reply);
        }

        Refusal refusal() {
            if (reply instanceof RunReply.Refused refused) {
                return refused.reason();
            }
            throw new AssertionError("the run was not refused: " + reply + " " + stdout + stderr);
        }

        String message() {
            return reply instanceof RunReply.Refused refused ? refused.message() : "";
        }
    }

    private RunClient(FrameConnection connection) {
        this.connection = connection;
    }

    static RunClient connect(Address address) throws IOException {
        Channel channel = Channels.connect(address, PATIENCE);
        channel.setReadTimeout(PATIENCE);
        return new RunClient(new FrameConnection(channel, Run.MAX_BODY, new BufferPool(Run.MAX_BODY)));
    }

    static Result run(Address address, String name, String entrypoint, List<String> arguments) throws IOException {
        try (RunClient client = connect(address)) {
            client.start(name, entrypoint, arguments);
            return client.finish();
        }
    }

    RunClient start(String name, String entrypoint, List<String> arguments) throws IOException {
        Hello.greet(connection, Hello.Service.RUN, Run.VERSION);
        connection.send(
                1, new RunRequest.Start(name, entrypoint, arguments, new Credentials("AKIDEXAMPLE", "secret", "")));
        return this;
    }

    void stop() throws IOException {
        connection.send(2, new RunRequest.Stop());
    }

    /** Reads until so much has come on stdout. */
    void awaitOutput(String text) throws IOException {
        while (!stdout.toString(StandardCharsets.UTF_8).contains(text)) {
            RunReply end = receive();
            if (end != null) {
                throw new AssertionError("the run ended first: " + end);
            }
        }
    }

    Result finish() throws IOException {
        RunReply end = null;
        while (end == null) {
            end = receive();
        }
        return new Result(stdout.toString(StandardCharsets.UTF_8), stderr.toString(StandardCharsets.UTF_8), end);
    }

    /** Reads one message; returns it if it is the last. */
    private @Nullable RunReply receive() throws IOException {
        try (@Nullable Frame frame = connection.receive()) {
            if (frame == null) {
                throw new IOException("the enclave hung up");
            }
            RunReply reply = RunReply.decode(frame);
            if (reply instanceof RunReply.Output output) {
                byte[] content = new byte[output.content().remaining()];
                output.content().get(content);
                (output.stream() == RunReply.Stream.STDOUT ? stdout : stderr).writeBytes(content);
                return null;
            }
            return reply;
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
