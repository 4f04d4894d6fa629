package dev.cloister.enclave.run;

import dev.cloister.enclave.config.LogPolicy;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.run.Run;
import dev.cloister.protocol.run.RunReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Carries one output stream of an application to the client, or reads and drops it where the log policy lets it not
 * out. No faster than the client takes it: the application waits.
 */
final class OutputPump {
    private static final int KEPT_HEAD = 1024;

    private final Thread thread;
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();

    private OutputPump(Runnable work, String name) {
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(work);
    }

    /** Starts carrying; when the client takes no more, the run is cancelled. */
    static OutputPump start(
            InputStream from, RunReply.Stream stream, LogPolicy logs, FrameConnection client, Cancellation run) {
        OutputPump[] self = new OutputPump[1];
        OutputPump pump =
                new OutputPump(() -> self[0].carry(from, stream, logs.lets(stream), client, run), "run-" + stream);
        self[0] = pump;
        pump.thread.start();
        return pump;
    }

    private void carry(
            InputStream from, RunReply.Stream stream, boolean leaves, FrameConnection client, Cancellation run) {
        byte[] buffer = new byte[Run.MAX_OUTPUT];
        try {
            int n;
            while ((n = from.read(buffer)) >= 0) {
                keepHead(buffer, n);
                if (leaves) {
                    client.send(0, new RunReply.Output(stream, ByteBuffer.wrap(buffer, 0, n)));
                }
            }
        } catch (IOException clientGone) {
            run.cancel();
        }
    }

    private synchronized void keepHead(byte[] buffer, int length) {
        head.write(buffer, 0, Math.min(length, KEPT_HEAD - head.size()));
    }

    /** What came first, for when the sandbox itself said it. */
    synchronized String head() {
        return head.toString(StandardCharsets.UTF_8);
    }

    /** Waits until all has been carried; false when the time passes first. */
    boolean await(Duration time) throws InterruptedException {
        return thread.join(time);
    }
}
