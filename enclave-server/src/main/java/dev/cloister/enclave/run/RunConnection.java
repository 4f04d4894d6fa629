package dev.cloister.enclave.run;

import dev.cloister.enclave.console.Console;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.Hello;
import dev.cloister.protocol.frame.ProtocolException;
import dev.cloister.protocol.run.Refusal;
import dev.cloister.protocol.run.Run;
import dev.cloister.protocol.run.RunReply;
import dev.cloister.protocol.run.RunRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** One client: it says hello, asks for one run, may stop it, and is told how it ended. Hanging up stops it too. */
final class RunConnection {
    private final Channel channel;
    private final Runner runner;
    private final Semaphore slots;
    private final Console console;

    RunConnection(Channel channel, Runner runner, Semaphore slots, Console console) {
        this.channel = channel;
        this.runner = runner;
        this.slots = slots;
        this.console = console;
    }

    /**
     * Serves it to the end.
     *
     * @param requestTime how long the client may take to say what it wants
     * @param outputTime how long it may take nothing of the output
     */
    void serve(BufferPool buffers, Duration requestTime, Duration outputTime) {
        try (FrameConnection client = new FrameConnection(channel, Run.MAX_BODY, buffers)) {
            channel.setWriteTimeout(outputTime);
            channel.setReadTimeout(requestTime);
            Hello.answer(client, Hello.Service.RUN, Run.VERSION);
            RunRequest.Start request = receiveStart(client);
            channel.setReadTimeout(Duration.ZERO);
            client.send(0, answer(request, client));
        } catch (IOException clientGoneOrWrong) {
            // There is nobody to tell, or nobody who speaks the protocol.
        } catch (RuntimeException | Error e) {
            console.failure("a connection failed", e);
        }
    }

    private RunReply answer(RunRequest.Start request, FrameConnection client) {
        if (!slots.tryAcquire()) {
            return new RunReply.Refused(Refusal.BUSY, "as many runs as the enclave takes are under way");
        }
        try {
            Cancellation cancellation = new Cancellation();
            Thread.ofPlatform().name("run-control").daemon().start(() -> cancelWhenTold(client, cancellation));
            return runner.run(request, client, cancellation);
        } finally {
            slots.release();
        }
    }

    private static RunRequest.Start receiveStart(FrameConnection client) throws IOException {
        try (@Nullable Frame frame = client.receive()) {
            if (frame != null && RunRequest.decode(frame) instanceof RunRequest.Start start) {
                return start;
            }
            throw new ProtocolException("the client does not begin with a run");
        }
    }

    /** Ends the run at a stop, at hanging up, and at whatever else comes, which the protocol does not allow. */
    private static void cancelWhenTold(FrameConnection client, Cancellation cancellation) {
        try (@Nullable Frame _ = client.receive()) {
            cancellation.cancel();
        } catch (IOException hungUp) {
            cancellation.cancel();
        }
    }
}
