package dev.cloister.local.demo;

import java.io.PrintStream;
import java.util.Locale;

/** Prints each step with who does it, what came of it, and how long it took. */
final class Steps {
    private static final int WHO = 12;
    private static final int WHAT = 14;

    private final PrintStream out;
    private final long began = System.nanoTime();

    Steps(PrintStream out) {
        this.out = out;
    }

    /** Does something and says in a few words what came of it. */
    interface Step {
        String run() throws Exception;
    }

    void heading(String text) {
        out.println();
        out.println(text);
    }

    /** Runs a step and prints its line. */
    void step(String who, String what, Step step) throws Exception {
        long start = System.nanoTime();
        String result = step.run();
        out.println(String.format(
                Locale.ROOT, "  %-" + WHO + "s %-" + WHAT + "s %6.1f s  %s", who, what, seconds(start), result));
    }

    /** Prints the end. */
    void done(String text) {
        out.println();
        out.println(String.format(Locale.ROOT, "%s (%.1f s)", text, seconds(began)));
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
