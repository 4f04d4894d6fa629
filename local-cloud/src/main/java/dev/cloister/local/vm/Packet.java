package dev.cloister.local.vm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The header of a packet of the virtio socket device (virtio 1.2, section 5.10.6), 44 bytes, little endian.
 *
 * @param sourceCid context id of the sender
 * @param destinationCid context id of the receiver
 * @param sourcePort unsigned
 * @param destinationPort unsigned
 * @param length of the data behind the header, unsigned
 * @param type {@link #STREAM}, or something that we do not speak
 * @param operation one of the constants
 * @param flags of {@link #SHUTDOWN}: {@link #NO_RECEIVE}, {@link #NO_SEND}
 * @param room the sender's buffer of this stream, in bytes, unsigned
 * @param forwarded how many bytes the sender has taken out of that buffer so far, modulo 2^32
 */
record Packet(
        long sourceCid,
        long destinationCid,
        int sourcePort,
        int destinationPort,
        int length,
        short type,
        short operation,
        int flags,
        int room,
        int forwarded) {
    static final int SIZE = 44;
    static final short STREAM = 1;

    static final short REQUEST = 1;
    static final short RESPONSE = 2;
    static final short RESET = 3;
    static final short SHUTDOWN = 4;
    static final short DATA = 5;
    static final short CREDIT_UPDATE = 6;
    static final short CREDIT_REQUEST = 7;

    /** The sender will receive no more. */
    static final int NO_RECEIVE = 1;
    /** The sender will send no more. */
    static final int NO_SEND = 2;

    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * Reads a header that has been copied out of the guest's memory.
     *
     * @throws RingException when it is cut short, or its data is
     */
    static Packet read(MemorySegment bytes) throws RingException {
        if (bytes.byteSize() < SIZE) {
            throw new RingException("a packet of " + bytes.byteSize() + " bytes");
        }
        Packet packet = new Packet(
                bytes.get(U64, 0),
                bytes.get(U64, 8),
                bytes.get(U32, 16),
                bytes.get(U32, 20),
                bytes.get(U32, 24),
                bytes.get(U16, 28),
                bytes.get(U16, 30),
                bytes.get(U32, 32),
                bytes.get(U32, 36),
                bytes.get(U32, 40));
        if (packet.length < 0 || packet.length > bytes.byteSize() - SIZE) {
            throw new RingException("a packet that promises " + Integer.toUnsignedString(packet.length)
                    + " bytes of data and has " + (bytes.byteSize() - SIZE));
        }
        return packet;
    }

    MemorySegment encode() {
        MemorySegment bytes = MemorySegment.ofArray(new byte[SIZE]);
        bytes.set(U64, 0, sourceCid);
        bytes.set(U64, 8, destinationCid);
        bytes.set(U32, 16, sourcePort);
        bytes.set(U32, 20, destinationPort);
        bytes.set(U32, 24, length);
        bytes.set(U16, 28, type);
        bytes.set(U16, 30, operation);
        bytes.set(U32, 32, flags);
        bytes.set(U32, 36, room);
        bytes.set(U32, 40, forwarded);
        return bytes;
    }

    /** What a sender is told whose packet belongs to no stream. */
    Packet refusal() {
        return new Packet(
                /* sourceCid= */ destinationCid,
                /* destinationCid= */ sourceCid,
                /* sourcePort= */ destinationPort,
                /* destinationPort= */ sourcePort,
                0,
                type,
                RESET,
                0,
                0,
                0);
    }
}
