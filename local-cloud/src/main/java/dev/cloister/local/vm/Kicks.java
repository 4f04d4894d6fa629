package dev.cloister.local.vm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Waits, in a thread of its own, for the events by which a guest says that it has put something into a queue. */
final class Kicks implements AutoCloseable {
    private final int[] events;
    private final Runnable kicked;
    private final int wake;
    private final Thread thread;
    private boolean closed;

    /**
     * Waits for none yet.
     *
     * @param count of queues
     * @param kicked called after one or several were signalled
     */
    Kicks(int count, Runnable kicked) throws IOException {
        this.events = new int[count];
        Arrays.fill(events, -1);
        this.kicked = kicked;
        this.wake = Posix.event();
        this.thread = Thread.ofPlatform().daemon().name("vhost-kicks").start(this::watch);
    }

    /** Takes over the event of a queue in place of the one before. */
    void set(int queue, int event) {
        synchronized (events) {
            if (events[queue] >= 0) {
                Posix.close(events[queue]);
            }
            events[queue] = event;
        }
        Posix.signal(wake);
    }

    private void watch() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entries = arena.allocate((events.length + 1L) * Posix.POLL_ENTRY, 8);
            while (prepare(entries)) {
                Posix.poll(entries);
                if (clear(entries)) {
                    kicked.run();
                }
            }
        } catch (IOException e) {
            // Not to be expected of poll; without kicks the guest's device stands still, and the machine is not ready.
        }
    }

    private boolean prepare(MemorySegment entries) {
        synchronized (events) {
            for (int i = 0; i < events.length; i++) {
                // An entry of -1 is passed over.
                entries.set(JAVA_INT, (long) i * Posix.POLL_ENTRY, events[i]);
                entries.set(JAVA_INT, (long) i * Posix.POLL_ENTRY + 4, Posix.POLLIN);
            }
            entries.set(JAVA_INT, (long) events.length * Posix.POLL_ENTRY, wake);
            entries.set(JAVA_INT, (long) events.length * Posix.POLL_ENTRY + 4, Posix.POLLIN);
            return !closed;
        }
    }

    /** Whether an event of a queue came. */
    private boolean clear(MemorySegment entries) {
        boolean came = false;
        synchronized (events) {
            Posix.clear(wake);
            for (int i = 0; i < events.length; i++) {
                boolean isReady = entries.get(JAVA_SHORT, (long) i * Posix.POLL_ENTRY + 6) != 0;
                if (isReady && events[i] >= 0) {
                    Posix.clear(events[i]);
                    came = true;
                }
            }
        }
        return came;
    }

    @Override
    public void close() {
        synchronized (events) {
            closed = true;
        }
        Posix.signal(wake);
        boolean isInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        for (int event : events) {
            if (event >= 0) {
                Posix.close(event);
            }
        }
        Posix.close(wake);
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
