package dev.cloister.local.vm;

import org.jspecify.annotations.Nullable;

/** A queue that runs, and the event by which the guest learns what has been given back. Guarded by the device's lock. */
final class Vring {
    private final Virtqueue queue;
    private final CallEvent call;

    Vring(Virtqueue queue, CallEvent call) {
        this.queue = queue;
        this.call = call;
    }

    /** Where the guest is called; QEMU puts another one there while it masks an interrupt. */
    static final class CallEvent {
        private int event = -1;

        /** Takes over a descriptor, or -1 for none. */
        synchronized void set(int descriptor) {
            if (event >= 0) {
                Posix.close(event);
            }
            event = descriptor;
        }

        synchronized void signal() {
            if (event >= 0) {
                Posix.signal(event);
            }
        }
    }

    @Nullable
    Chain next() throws RingException {
        return queue.next();
    }

    void use(Chain chain, int written) {
        queue.use(chain, written);
    }

    /** Tells the guest, if it wants to know. */
    void signal() {
        if (queue.wantsSignal()) {
            call.signal();
        }
    }

    Virtqueue queue() {
        return queue;
    }
}
