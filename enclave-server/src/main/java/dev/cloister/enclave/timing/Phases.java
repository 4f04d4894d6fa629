package dev.cloister.enclave.timing;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/** A stopwatch whose laps have names. For one thread. */
public final class Phases {
    private final LongSupplier nanoTime;
    private final Map<String, Long> laps = new LinkedHashMap<>();
    private long lapStart;

    /** Starts the first lap. */
    public Phases(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lapStart = nanoTime.getAsLong();
    }

    /** Ends the lap under way, which gets this name, and starts the next; laps of one name add up. */
    public void lap(String name) {
        long now = nanoTime.getAsLong();
        laps.merge(name, now - lapStart, Long::sum);
        lapStart = now;
    }

    /** The sum of all laps but those of one name, in microseconds. */
    public long microsWithout(String name) {
        return laps.entrySet().stream()
                        .filter(lap -> !lap.getKey().equals(name))
                        .mapToLong(Map.Entry::getValue)
                        .sum()
                / 1000;
    }

    /** All laps in their order, in milliseconds: {@code key pair 0.1, attestation 3.2}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        laps.forEach((name, nanos) -> text.append(text.isEmpty() ? "" : ", ")
                .append(name)
                .append(String.format(Locale.ROOT, " %.1f", nanos / 1e6)));
        return text.toString();
    }
}
