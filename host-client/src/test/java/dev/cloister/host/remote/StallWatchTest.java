package dev.cloister.host.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class StallWatchTest {
    private static final Duration PATIENCE = Duration.ofMillis(60);
    /** Enough probes to show that a connection stays. */
    private static final int SEVERAL = 5;

    private static final class Connection implements StallWatch.Watched {
        final CompletableFuture<IOException> lost = new CompletableFuture<>();
        final AtomicLong answers = new AtomicLong();
        final CountDownLatch probes = new CountDownLatch(SEVERAL);
        final CountDownLatch looks = new CountDownLatch(10 * SEVERAL);
        final boolean isWaiting;
        final boolean answersProbes;
        volatile boolean isOpen = true;

        Connection(boolean isWaiting, boolean answersProbes) {
            this.isWaiting = isWaiting;
            this.answersProbes = answersProbes;
        }

        @Override
        public boolean isOpen() {
            return isOpen;
        }

        @Override
        public boolean isWaiting() {
            looks.countDown();
            return isWaiting;
        }

        @Override
        public long answers() {
            return answers.get();
        }

        @Override
        public void probe() {
            probes.countDown();
            if (answersProbes) {
                answers.incrementAndGet();
            }
        }

        @Override
        public void lose(IOException why) {
            isOpen = false;
            lost.complete(why);
        }
    }

    @Test
    void connectionThatAnswersNothing_isLostAfterAProbe() throws Exception {
        Connection connection = new Connection(true, false);
        StallWatch.start(connection, PATIENCE);
        assertThat(connection.lost.get(60, TimeUnit.SECONDS)).hasMessageContaining("has not answered");
        assertThat(connection.probes.getCount()).isEqualTo(SEVERAL - 1);
    }

    @Test
    void oneLongRequest_isNoStallWhileOthersAreAnswered() throws Exception {
        Connection connection = new Connection(true, true);
        StallWatch.start(connection, PATIENCE);
        assertThat(connection.probes.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(connection.lost).isNotDone();
        connection.isOpen = false;
    }

    @Test
    void connectionOnWhichNobodyWaits_staysAndIsNotProbed() throws Exception {
        Connection connection = new Connection(false, false);
        StallWatch.start(connection, PATIENCE);
        assertThat(connection.looks.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(connection.lost).isNotDone();
        assertThat(connection.probes.getCount()).isEqualTo(SEVERAL);
        connection.isOpen = false;
    }
}
