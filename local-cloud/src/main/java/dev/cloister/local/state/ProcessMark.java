package dev.cloister.local.state;

import java.time.Instant;
import java.util.Optional;

/**
 * Tells a process from a later one that was given the same number.
 *
 * @param pid its number
 * @param started when it was started
 */
public record ProcessMark(long pid, Instant started) {
    /** This process. */
    public static ProcessMark self() {
        ProcessHandle self = ProcessHandle.current();
        return new ProcessMark(self.pid(), startOf(self));
    }

    /** The process, while it lives. */
    public Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid).filter(process -> startOf(process).equals(started));
    }

    private static Instant startOf(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.EPOCH);
    }
}
