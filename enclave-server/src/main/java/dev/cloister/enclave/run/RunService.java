package dev.cloister.enclave.run;

import dev.cloister.enclave.console.Console;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Listener;
import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.run.Run;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Accepts clients and serves each on a thread of its own, so that a slow or idle one holds up nobody. Closing ends all
 * runs.
 */
public final class RunService implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 128;
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);

    private final Listener listener;
    private final Runner runner;
    private final Timeouts timeouts;
    private final Console console;
    private final Semaphore runs;
    private final Semaphore connections = new Semaphore(MAX_CONNECTIONS);
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private final BufferPool buffers = new BufferPool(Run.MAX_BODY);

    /**
     * How long a client may take.
     *
     * @param request to say what it wants
     * @param output to take nothing of an application's output before its run is ended
     */
    public record Timeouts(Duration request, Duration output) {
        public static final Timeouts DEFAULT = new Timeouts(Duration.ofSeconds(10), Duration.ofMinutes(1));
    }

    /** Serves what connects to the listener, which it takes over, and at most so many runs at a time. */
    public RunService(Listener listener, Runner runner, int maxRuns, Timeouts timeouts, Console console) {
        this.listener = listener;
        this.runner = runner;
        this.timeouts = timeouts;
        this.console = console;
        this.runs = new Semaphore(maxRuns);
    }

    /** Serves until closed. */
    public void serve() throws InterruptedException {
        while (true) {
            try {
                accept(listener.accept());
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException e) {
                console.failure("a connection could not be accepted", e);
                Thread.sleep(PAUSE_AFTER_FAILURE);
            }
        }
    }

    private void accept(Channel channel) {
        if (!connections.tryAcquire()) {
            channel.close();
            return;
        }
        open.add(channel);
        try {
            // A platform thread: Linux ends a sandbox together with the thread that started it.
            Thread.ofPlatform().name("run").daemon().start(() -> serve(channel));
        } catch (OutOfMemoryError e) {
            // No thread to be had: an application may have taken all process ids. Others are served again later.
            end(channel);
        }
    }

    private void serve(Channel channel) {
        try {
            new RunConnection(channel, runner, runs, console).serve(buffers, timeouts.request, timeouts.output);
        } finally {
            end(channel);
        }
    }

    private void end(Channel channel) {
        open.remove(channel);
        channel.close();
        connections.release();
    }

    @Override
    public void close() {
        listener.close();
        open.forEach(Channel::close);
    }
}
