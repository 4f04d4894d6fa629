package dev.cloister.local.vm;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A chain of descriptors: buffers of the guest that this side may read, then such that it may write.
 *
 * @param head number of the first descriptor
 */
record Chain(int head, List<MemorySegment> readable, List<MemorySegment> writable) {
    /** Sum of the buffers' sizes; each is less than 4 GiB and there are at most 32768, so it does not run over. */
    static long size(List<MemorySegment> buffers) {
        long size = 0;
        for (MemorySegment buffer : buffers) {
            size += buffer.byteSize();
        }
        return size;
    }

    /**
     * Copies all that can be read.
     *
     * @param limit most bytes that it may be
     */
    MemorySegment readAll(int limit) throws RingException {
        long size = size(readable);
        if (size > limit) {
            throw new RingException(size + " bytes in a chain where at most " + limit + " may be");
        }
        MemorySegment copy = MemorySegment.ofArray(new byte[(int) size]);
        long at = 0;
        for (MemorySegment buffer : readable) {
            MemorySegment.copy(buffer, 0, copy, at, buffer.byteSize());
            at += buffer.byteSize();
        }
        return copy;
    }

    /**
     * Copies bytes into the buffers.
     *
     * @param at how many bytes of the buffers to leave alone; they have room for {@code source} after these
     */
    void write(long at, MemorySegment source) {
        long skip = at;
        long done = 0;
        for (MemorySegment buffer : writable) {
            long free = buffer.byteSize() - skip;
            if (free <= 0) {
                skip -= buffer.byteSize();
                continue;
            }
            long count = Math.min(free, source.byteSize() - done);
            MemorySegment.copy(source, done, buffer, skip, count);
            done += count;
            skip = 0;
            if (done == source.byteSize()) {
                return;
            }
        }
    }
}
