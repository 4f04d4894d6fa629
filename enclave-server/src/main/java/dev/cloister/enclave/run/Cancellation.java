package dev.cloister.enclave.run;

import java.util.ArrayList;
import java.util.List;

/** Ends a run from another thread than its own. */
final class Cancellation {
    private final List<Runnable> actions = new ArrayList<>();
    private boolean cancelled;

    /** Ends the run, once. */
    void cancel() {
        List<Runnable> due;
        synchronized (this) {
            if (cancelled) {
                return;
            }
            cancelled = true;
            due = List.copyOf(actions);
        }
        due.forEach(Runnable::run);
    }

    /** Has something done when the run is to end, at once if that has come already. */
    void onCancel(Runnable action) {
        synchronized (this) {
            actions.add(action);
            if (!cancelled) {
                return;
            }
        }
        action.run();
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }

    void check() throws CancelledException {
        if (isCancelled()) {
            throw new CancelledException();
        }
    }
}
