package dev.cloister.host.mount;

import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.Timestamp;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides at each open whether the pages that the kernel holds of the file are still what the enclave holds: if the
 * file's time of change is what it was when they were read, no run has been under way since, and no write has failed.
 * (A run may change a file through a mapping, which on older kernels leaves no trace in its times; all other changes do.)
 *
 * <p>The enclave's clock for this advances in ticks of at most 10 ms. So a file may be changed again within the tick of
 * its last change, after it was read here, and its time would be the same. What is read within 20 ms of first seeing a
 * time of change is therefore remembered, and forgotten by the kernel at the next open.
 */
final class KeptPages {
    private static final int MOST_FILES = 4096;
    private static final long UNSETTLED_NANOS = 20_000_000;

    private final Map<Long, Known> byNode = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Known> eldest) {
            return size() > MOST_FILES;
        }
    };

    /** What tells one content of a file from another. */
    private record Version(long inode, long size, Timestamp modified, Timestamp changed, long runsEnded) {
        static Version of(SyncReply.Opened opened) {
            FileAttributes attributes = opened.attributes();
            return new Version(
                    attributes.inode(),
                    attributes.size(),
                    attributes.modified(),
                    attributes.changed(),
                    opened.runsEnded());
        }
    }

    private static final class Known {
        final Version version;
        final long firstSeen;
        long unsettledFrom = Long.MAX_VALUE;
        long unsettledTo;

        Known(Version version, long firstSeen) {
            this.version = version;
            this.firstSeen = firstSeen;
        }
    }

    /**
     * What the kernel may keep at an open: everything but some bytes.
     *
     * @param from first byte to forget
     * @param to the byte behind the last one to forget; not above {@code from} if all may stay
     */
    record Kept(long from, long to) {}

    /**
     * Decides about a file that is being opened.
     *
     * @param node the kernel's name of it
     * @param now of a clock that only goes forward, in nanoseconds, after the enclave's answer
     * @return null if nothing may be kept
     */
    synchronized @Nullable Kept open(long node, SyncReply.Opened opened, long now) {
        Version version = Version.of(opened);
        Known known = byNode.get(node);
        if (known == null || version.runsEnded() < 0 || !known.version.equals(version)) {
            byNode.put(node, new Known(version, now));
            return null;
        }
        Kept kept = new Kept(known.unsettledFrom, known.unsettledTo);
        known.unsettledFrom = Long.MAX_VALUE;
        known.unsettledTo = 0;
        return kept;
    }

    /** Notes that the kernel asks for a part of a file. */
    synchronized void read(long node, long from, long length, long now) {
        Known known = byNode.get(node);
        if (known != null && now - known.firstSeen < UNSETTLED_NANOS) {
            known.unsettledFrom = Math.min(known.unsettledFrom, from);
            known.unsettledTo = Math.max(known.unsettledTo, from + length);
        }
    }

    /** After a write that the kernel believes in has failed, its pages are not what the enclave holds. */
    synchronized void forgetAll() {
        byNode.clear();
    }
}
