package dev.cloister.local.vm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The memory of a guest, mapped into this process. Addresses come from the guest, so each is looked up in the table of
 * regions, and what does not lie in one region as a whole is refused.
 */
final class GuestMemory implements AutoCloseable {
    /** Most regions that the vhost-user protocol has in a table. */
    static final int MAX_REGIONS = 8;

    private final Arena arena;
    private final List<Region> regions;

    private GuestMemory(Arena arena, List<Region> regions) {
        this.arena = arena;
        this.regions = regions;
    }

    /**
     * A region as the vhost-user protocol describes it; addresses are unsigned.
     *
     * @param guestAddress where the guest sees it
     * @param size in bytes
     * @param userAddress where QEMU sees it
     * @param offset in the file that holds it
     */
    record Description(long guestAddress, long size, long userAddress, long offset) {}

    private record Region(Description place, MemorySegment bytes) {}

    /** Maps all regions; the files stay the caller's to close. */
    static GuestMemory map(List<Description> descriptions, List<Integer> files) throws IOException, RingException {
        Arena arena = Arena.ofShared();
        try {
            List<Region> regions = new ArrayList<>();
            for (int i = 0; i < descriptions.size(); i++) {
                Description place = descriptions.get(i);
                // No sum of an address and a size may run over.
                if (place.size <= 0 || place.offset < 0 || place.offset > Long.MAX_VALUE - place.size) {
                    throw new RingException("a region of the guest's memory has a size that cannot be");
                }
                MemorySegment file = Posix.map(files.get(i), place.offset + place.size, arena);
                regions.add(new Region(place, file.asSlice(place.offset, place.size)));
            }
            return new GuestMemory(arena, regions);
        } catch (IOException | RingException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Bytes at an address of the guest. */
    MemorySegment at(long guestAddress, long length) throws RingException {
        return find(Description::guestAddress, guestAddress, length);
    }

    /** Bytes at an address of QEMU, which is how the vhost-user protocol places rings. */
    MemorySegment atUserAddress(long userAddress, long length) throws RingException {
        return find(Description::userAddress, userAddress, length);
    }

    private MemorySegment find(ToLongFunction<Description> start, long address, long length) throws RingException {
        for (Region region : regions) {
            long offset = address - start.applyAsLong(region.place);
            long size = region.place.size;
            if (offset >= 0 && offset <= size && length >= 0 && length <= size - offset) {
                return region.bytes.asSlice(offset, length);
            }
        }
        throw new RingException(length + " bytes at 0x" + Long.toHexString(address) + " are not in the guest's memory");
    }

    @Override
    public void close() {
        arena.close();
    }
}
