package dev.cloister.enclave.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cloister.protocol.sync.SetTime;
import dev.cloister.protocol.sync.Timestamp;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The {@code struct timespec[2]} of {@code utimensat(2)}. */
final class Times {
    private static final long UTIME_NOW = (1L << 30) - 1;
    private static final long UTIME_OMIT = (1L << 30) - 2;
    private static final long SECOND_TIME = 16;

    private Times() {}

    /** In this thread's scratch memory, until its next call; what is empty stays as it is. */
    static MemorySegment of(Optional<SetTime> accessed, Optional<SetTime> modified) {
        MemorySegment times = Scratch.struct();
        put(times, 0, accessed);
        put(times, SECOND_TIME, modified);
        return times;
    }

    private static void put(MemorySegment times, long offset, Optional<SetTime> time) {
        long seconds = 0;
        long nanos = UTIME_OMIT;
        if (time.isPresent()) {
            switch (time.get()) {
                case SetTime.Now _ -> nanos = UTIME_NOW;
                case SetTime.At(Timestamp at) -> {
                    seconds = at.seconds();
                    nanos = at.nanos();
                }
            }
        }
        times.set(JAVA_LONG, offset, seconds);
        times.set(JAVA_LONG, offset + 8, nanos);
    }
}
