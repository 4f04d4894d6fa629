package dev.cloister.local.vm;

import java.time.Duration;

/** How QEMU runs a guest's processors. */
enum Accelerator {
    /** In hardware. A {@code /dev/kvm} may be there and still be of no use, within another machine for instance. */
    KVM("kvm", Duration.ofSeconds(20)),
    /**
     * By translation; 8 to 20 times slower where a program computes. All processors share one thread: with a thread for
     * each, one Java runtime in five dies of a segmentation fault in code that another processor has just compiled.
     */
    TCG("tcg,thread=single", Duration.ofMinutes(4));

    private final String word;
    private final Duration limit;

    Accelerator(String word, Duration limit) {
        this.word = word;
        this.limit = limit;
    }

    /** As {@code -accel} takes it. */
    String word() {
        return word;
    }

    /** How long a machine may take until its init reports. */
    Duration heartbeatLimit() {
        return limit;
    }
}
