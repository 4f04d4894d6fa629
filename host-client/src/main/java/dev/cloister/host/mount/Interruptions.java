package dev.cloister.host.mount;

import dev.cloister.host.remote.FileException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Lets go of processes that were sent a signal while they wait for the enclave. Any signal counts, and programs do not
 * expect calls on ordinary files to be interrupted; so a call gets a while to end by itself first, which it does unless
 * the enclave has stopped answering. What it asked for may still be carried out later; the kernel wants that answer no
 * more.
 */
final class Interruptions {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final KernelDevice device;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("interruptions").factory());

    Interruptions(KernelDevice device) {
        this.device = device;
    }

    /** Ends a request with EINTR if it still waits in a while; the device drops what nobody waits for. */
    void interrupt(long unique) {
        var _ = timer.schedule(
                () -> device.answer(unique, FileException.EINTR), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
