package dev.cloister.local.vm;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The device's side of a split virtqueue (virtio 1.2, section 2.7), without indirect descriptors and event indexes. The
 * guest may change its memory at any moment, so each word of it is read once and then checked. Not for several threads.
 */
final class Virtqueue {
    private static final int MAX_SIZE = 32768;
    private static final int DESCRIPTOR = 16;
    private static final int USED_ELEMENT = 8;
    private static final int RING_AT = 4;
    private static final int INDEX_AT = 2;
    private static final short NEXT = 1;
    private static final short WRITE = 2;
    private static final short NO_INTERRUPT = 1;

    private static final VarHandle INDEX = JAVA_SHORT.varHandle();

    private final GuestMemory memory;
    private final int size;
    private final MemorySegment descriptors;
    private final MemorySegment available;
    private final MemorySegment used;
    private short nextAvailable;
    private short nextUsed;

    /**
     * Takes up a queue where it stands.
     *
     * @param memory in which its descriptors' buffers lie
     * @param layout where its parts lie
     * @param nextAvailable index of the first chain that has not been taken yet
     * @throws RingException when the parts are not where virtio wants them
     */
    Virtqueue(GuestMemory memory, Layout layout, short nextAvailable) throws RingException {
        if (layout.size < 1 || layout.size > MAX_SIZE || Integer.bitCount(layout.size) != 1) {
            throw new RingException("a queue of " + layout.size + " descriptors");
        }
        if ((layout.descriptors & 15) != 0 || (layout.available & 1) != 0 || (layout.used & 3) != 0) {
            throw new RingException("a queue whose parts are not aligned");
        }
        this.memory = memory;
        this.size = layout.size;
        this.descriptors = memory.atUserAddress(layout.descriptors, (long) size * DESCRIPTOR);
        this.available = memory.atUserAddress(layout.available, RING_AT + 2L * size);
        this.used = memory.atUserAddress(layout.used, RING_AT + (long) size * USED_ELEMENT);
        this.nextAvailable = nextAvailable;
        this.nextUsed = (short) INDEX.getAcquire(used, (long) INDEX_AT);
    }

    /**
     * Where a queue lies, by QEMU's addresses.
     *
     * @param size number of descriptors, a power of two
     */
    record Layout(int size, long descriptors, long available, long used) {}

    /** The next chain that the guest offers, or null. */
    @Nullable
    Chain next() throws RingException {
        int offered = ((short) INDEX.getAcquire(available, (long) INDEX_AT) - nextAvailable) & 0xffff;
        if (offered == 0) {
            return null;
        }
        if (offered > size) {
            throw new RingException(offered + " chains in a queue of " + size);
        }
        int head = available.get(JAVA_SHORT, RING_AT + 2L * (nextAvailable & (size - 1))) & 0xffff;
        Chain chain = walk(head);
        nextAvailable++;
        return chain;
    }

    private Chain walk(int head) throws RingException {
        List<MemorySegment> readable = new ArrayList<>(2);
        List<MemorySegment> writable = new ArrayList<>(2);
        int index = head;
        for (int count = 0; count < size; count++) {
            if (index >= size) {
                throw new RingException("descriptor " + index + " of " + size);
            }
            long at = (long) index * DESCRIPTOR;
            long address = descriptors.get(JAVA_LONG_UNALIGNED, at);
            long length = Integer.toUnsignedLong(descriptors.get(JAVA_INT_UNALIGNED, at + 8));
            int flags = descriptors.get(JAVA_SHORT, at + 12);
            int next = descriptors.get(JAVA_SHORT, at + 14) & 0xffff;
            if ((flags & ~(NEXT | WRITE)) != 0) {
                throw new RingException("a descriptor has flags 0x" + Integer.toHexString(flags & 0xffff));
            }
            MemorySegment bytes = memory.at(address, length);
            if ((flags & WRITE) != 0) {
                writable.add(bytes);
            } else if (writable.isEmpty()) {
                readable.add(bytes);
            } else {
                throw new RingException("a chain goes back from writing to reading");
            }
            if ((flags & NEXT) == 0) {
                return new Chain(head, readable, writable);
            }
            index = next;
        }
        throw new RingException("a chain of descriptors without end");
    }

    /** Gives a chain back. */
    void use(Chain chain, int written) {
        long at = RING_AT + (long) (nextUsed & (size - 1)) * USED_ELEMENT;
        used.set(JAVA_INT_UNALIGNED, at, chain.head());
        used.set(JAVA_INT_UNALIGNED, at + 4, written);
        nextUsed++;
        INDEX.setRelease(used, (long) INDEX_AT, nextUsed);
    }

    /** Whether the guest wants to be told of what has been given back. */
    boolean wantsSignal() {
        // The guest sets its flag and then looks at the index; we have set the index and now look at the flag.
        VarHandle.fullFence();
        return (available.get(JAVA_SHORT, 0) & NO_INTERRUPT) == 0;
    }

    /** Index of the first chain that has not been taken yet. */
    short nextAvailable() {
        return nextAvailable;
    }
}
