package dev.cloister.enclave.run;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what another thread or process brings about. */
final class Conditions {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private Conditions() {}

    static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Throwable last = null;
        while (System.nanoTime() < deadline) {
            try {
                if (condition.call()) {
                    return;
                }
            } catch (AssertionError | java.io.IOException notYet) {
                last = notYet;
            }
            Thread.sleep(Duration.ofMillis(20));
        }
        throw new AssertionError("in vain awaited: " + what, last);
    }
}
