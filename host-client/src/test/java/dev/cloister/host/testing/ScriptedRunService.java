package dev.cloister.host.testing;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.EnclaveAddress;
import dev.cloister.protocol.channel.Listener;
import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.Hello;
import dev.cloister.protocol.run.Run;
import dev.cloister.protocol.run.RunReply;
import dev.cloister.protocol.run.RunRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A run service that answers as a test says. */
public final class ScriptedRunService implements AutoCloseable {
    private final Listener listener;
    private final Script script;
    private final BlockingQueue<RunRequest> requests = new LinkedBlockingQueue<>();

    /** What happens on a connection. */
    public interface Script {
        void run(Conversation conversation) throws IOException;
    }

    /** One connection. */
    public final class Conversation {
        private final FrameConnection connection;

        private Conversation(FrameConnection connection) {
            this.connection = connection;
        }

        /** The next request. */
        public RunRequest receive() throws IOException {
            try (Frame frame = connection.receive()) {
                RunRequest request = RunRequest.decode(java.util.Objects.requireNonNull(frame));
                requests.add(request);
                return request;
            }
        }

        public void output(RunReply.Stream stream, String text) throws IOException {
            reply(new RunReply.Output(stream, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
        }

        public void reply(RunReply reply) throws IOException {
            connection.send(1, reply);
        }
    }

    private ScriptedRunService(Listener listener, Script script) {
        this.listener = listener;
        this.script = script;
    }

    /** Starts at {@code enclave-6000.sock} in a folder. */
    public static ScriptedRunService start(Path folder, Script script) throws IOException {
        ScriptedRunService service = new ScriptedRunService(
                Channels.listen(new EnclaveAddress.Folder(folder).enclavePort(Address.RUN_PORT)), script);
        Thread.ofPlatform().daemon().start(service::serve);
        return service;
    }

    /** What was asked, in order. */
    public BlockingQueue<RunRequest> requests() {
        return requests;
    }

    private void serve() {
        try {
            while (true) {
                Channel channel = listener.accept();
                try (FrameConnection connection =
                        new FrameConnection(channel, Run.MAX_BODY, new BufferPool(Run.MAX_BODY))) {
                    Hello.answer(connection, Hello.Service.RUN, Run.VERSION);
                    script.run(new Conversation(connection));
                } catch (IOException | RuntimeException gone) {
                    // The next connection counts.
                }
            }
        } catch (IOException closed) {
            // The service has ended.
        }
    }

    @Override
    public void close() {
        listener.close();
    }
}
