package dev.cloister.enclave.run;

import dev.cloister.enclave.kernel.SharedNumber;

/**
 * Tells the file service how many runs have ended, and whether none is under way: only then it can know that nobody
 * changes files behind its back.
 */
public final class RunCount {
    /** Shown while a run is under way. */
    private static final long UNDER_WAY = -1;

    private final SharedNumber shown;
    private long underWay;
    private long ended;

    /** A count that starts at zero. */
    public RunCount(SharedNumber shown) {
        this.shown = shown;
        shown.set(0);
    }

    /** Before anything of a run can touch the synced folder. */
    synchronized void begin() {
        underWay++;
        shown.set(UNDER_WAY);
    }

    /** After everything of it has ended, and before the client is told. */
    synchronized void end() {
        underWay--;
        ended++;
        if (underWay == 0) {
            shown.set(ended);
        }
    }
}
