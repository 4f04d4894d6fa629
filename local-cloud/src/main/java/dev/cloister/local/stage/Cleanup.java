package dev.cloister.local.stage;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What must be undone, last first, however the demo ends. It is closed at the end and by a signal; whichever comes first
 * does the work and the other waits for it.
 */
public final class Cleanup implements AutoCloseable {
    /** Undoes one thing. */
    public interface Action {
        void run() throws Exception;
    }

    private record Step(String what, Action action) {}

    private final Deque<Step> steps = new ArrayDeque<>();
    private final PrintStream err;
    private boolean closed;
    private boolean complete = true;

    public Cleanup(PrintStream err) {
        this.err = err;
    }

    /**
     * Remembers how to undo something that has just been done.
     *
     * @throws IllegalStateException when the demo is ending already; the action has then been run
     */
    public synchronized void add(String what, Action action) {
        Step step = new Step(what, action);
        if (closed) {
            run(step);
            throw new IllegalStateException("interrupted");
        }
        steps.push(step);
    }

    @Override
    public synchronized void close() {
        closed = true;
        while (!steps.isEmpty()) {
            run(steps.pop());
        }
    }

    /** Whether all that was undone could be undone. */
    public synchronized boolean isComplete() {
        return complete;
    }

    private void run(Step step) {
        try {
            step.action.run();
        } catch (Exception e) {
            complete = false;
            err.println("cloister: error: cannot " + step.what + ": " + e.getMessage());
        }
    }
}
