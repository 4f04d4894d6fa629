package dev.cloister.local;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that runs with the real one, some time ahead of it. */
public final class AdjustableClock implements InstantSource {
    private volatile Duration ahead = Duration.ZERO;

    @Override
    public Instant instant() {
        return InstantSource.system().instant().plus(ahead);
    }

    /** Moves on, or with a negative duration back. */
    public void advance(Duration by) {
        ahead = ahead.plus(by);
    }
}
