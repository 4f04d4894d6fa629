package dev.cloister.host.remote;

import java.io.IOException;
import java.time.Duration;

/**
 * Gives a connection up on which somebody waits and nothing comes. One long request is no stall: half-way a short one is
 * sent beside it, and any answer counts.
 */
final class StallWatch {
    /** How long an enclave may leave all requests unanswered. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int STEPS = 6;

    /** What is watched. */
    interface Watched {
        boolean isOpen();

        /** Whether anybody waits for an answer. */
        boolean isWaiting();

        /** Answers that have come so far. */
        long answers();

        /** Asks for something short. */
        void probe() throws IOException;

        void lose(IOException why);
    }

    private final Watched connection;
    private final Duration patience;

    private StallWatch(Watched connection, Duration patience) {
        this.connection = connection;
        this.patience = patience;
    }

    /** Watches in a thread of its own until the connection has ended. */
    static void start(Watched connection, Duration patience) {
        StallWatch watch = new StallWatch(connection, patience);
        Thread.ofPlatform().daemon().name("sync-stall").start(watch::run);
    }

    private void run() {
        try {
            long seen = -1;
            int silent = 0;
            while (connection.isOpen()) {
                Thread.sleep(patience.dividedBy(STEPS));
                boolean isWaiting = connection.isWaiting();
                long answers = connection.answers();
                silent = isWaiting && answers == seen ? silent + 1 : 0;
                seen = answers;
                if (silent == STEPS / 2) {
                    connection.probe();
                } else if (silent >= STEPS) {
                    throw new IOException("the enclave has not answered for " + patience.toSeconds() + " s");
                }
            }
        } catch (IOException e) {
            connection.lose(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
