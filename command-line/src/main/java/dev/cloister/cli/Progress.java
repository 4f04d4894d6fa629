package dev.cloister.cli;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * How far a long step is, on stderr: a bar on a terminal, a line every ten seconds elsewhere. Not safe for use by
 * several threads at once.
 */
public interface Progress extends AutoCloseable {
    /** Time between two lines where there is no terminal. */
    Duration LINE_INTERVAL = Duration.ofSeconds(10);

    /** Adds finished bytes; never negative. */
    void advance(long bytes);

    @Override
    void close();

    /**
     * Begins a step, drawn in the way that suits the place.
     *
     * @param what what is going on, such as {@code encrypting}
     * @param total bytes to do, or -1 when it is not known
     */
    @SuppressWarnings("SystemConsoleNull") // JDK 25 gives null again where input or output is redirected.
    static Progress start(String what, long total) {
        Console console = System.console();
        return console != null && console.isTerminal()
                ? new Bar(what, total)
                : new Lines(what, total, System.err, InstantSource.system());
    }

    /** Says nothing: for {@code --json} and tests. */
    static Progress silent() {
        return new Progress() {
            @Override
            public void advance(long bytes) {}

            @Override
            public void close() {}
        };
    }

    /** The bar. */
    final class Bar implements Progress {
        private final ProgressBar bar;

        private Bar(String what, long total) {
            bar = new ProgressBarBuilder()
                    .setTaskName(what)
                    .setInitialMax(total)
                    .setUnit(" MiB", 1 << 20)
                    .setStyle(ProgressBarStyle.ASCII)
                    .build();
        }

        @Override
        public void advance(long bytes) {
            bar.stepBy(bytes);
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    /** The lines. */
    final class Lines implements Progress {
        private final String what;
        private final long total;
        private final PrintStream err;
        private final InstantSource clock;
        private long done;
        private long lastLine;

        Lines(String what, long total, PrintStream err, InstantSource clock) {
            this.what = what;
            this.total = total;
            this.err = err;
            this.clock = clock;
            this.lastLine = clock.millis();
        }

        @Override
        public void advance(long bytes) {
            done += bytes;
            long now = clock.millis();
            if (now - lastLine >= LINE_INTERVAL.toMillis()) {
                lastLine = now;
                String of = total < 0 ? "" : " of " + (total >> 20);
                err.println("cloister: " + what + ": " + (done >> 20) + of + " MiB");
            }
        }

        @Override
        public void close() {}
    }
}
