package dev.cloister.host.remote;

import java.util.ArrayList;
import java.util.List;

/**
 * The writes to one open file that were acknowledged before their answers. An error is reported by the next write or
 * fsync, and, whether or not it was, by the next close; so none is ever lost.
 */
final class PendingWrites {
    private int underWay;
    private int errorForNextCall;
    private int errorForClose;
    private final List<Runnable> waiting = new ArrayList<>();

    synchronized void sent() {
        underWay++;
    }

    /** Counts an answer; 0 is success. */
    void answered(int errno) {
        List<Runnable> ready = List.of();
        synchronized (this) {
            underWay--;
            if (errno != 0) {
                errorForNextCall = errno;
                errorForClose = errno;
            }
            if (underWay == 0) {
                ready = List.copyOf(waiting);
                waiting.clear();
            }
        }
        ready.forEach(Runnable::run);
    }

    /**
     * Has something run by the thread that takes the last answer; false, and nothing is run, when all have come.
     */
    synchronized boolean runWhenSettled(Runnable action) {
        if (underWay == 0) {
            return false;
        }
        waiting.add(action);
        return true;
    }

    /** An error that a write or fsync is to report, once; 0 if there is none. */
    synchronized int takeError() {
        int error = errorForNextCall;
        errorForNextCall = 0;
        return error;
    }

    /** An error that a close is to report, once; 0 if there is none. */
    synchronized int takeErrorForClose() {
        int error = errorForClose;
        errorForClose = 0;
        errorForNextCall = 0;
        return error;
    }
}
