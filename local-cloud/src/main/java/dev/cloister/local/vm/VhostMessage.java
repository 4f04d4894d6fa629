package dev.cloister.local.vm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * A message of the vhost-user protocol: a header of three u32 (request, flags, length of the payload), the payload, and
 * descriptors beside it. Everything is in the byte order of the machine.
 *
 * @param request its number
 * @param payload on the heap; at most {@link #MAX_PAYLOAD} bytes
 * @param files descriptors that came along, the receiver's to close
 */
record VhostMessage(int request, MemorySegment payload, List<Integer> files) {
    static final int GET_FEATURES = 1;
    static final int SET_FEATURES = 2;
    static final int SET_OWNER = 3;
    static final int RESET_OWNER = 4;
    static final int SET_MEM_TABLE = 5;
    static final int SET_VRING_NUM = 8;
    static final int SET_VRING_ADDR = 9;
    static final int SET_VRING_BASE = 10;
    static final int GET_VRING_BASE = 11;
    static final int SET_VRING_KICK = 12;
    static final int SET_VRING_CALL = 13;
    static final int SET_VRING_ERR = 14;
    static final int GET_PROTOCOL_FEATURES = 15;
    static final int SET_PROTOCOL_FEATURES = 16;
    static final int SET_VRING_ENABLE = 18;
    static final int GET_CONFIG = 24;

    static final int MAX_PAYLOAD = 4096;

    private static final int HEADER = 12;
    private static final int VERSION = 1;
    private static final int REPLY = 4;
    private static final int MAX_FILES = GuestMemory.MAX_REGIONS;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int CONTROL_HEADER = 16;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MSG_CTRUNC = 8;

    /**
     * Reads the next message.
     *
     * @throws EOFException when the other side has hung up
     */
    static VhostMessage receive(int socket) throws IOException, RingException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(HEADER, 8);
            List<Integer> files = receive(socket, header, arena);
            try {
                int length = header.get(JAVA_INT, 8);
                if ((header.get(JAVA_INT, 4) & 3) != VERSION || length < 0 || length > MAX_PAYLOAD) {
                    throw new RingException("a vhost-user message that is out of bounds");
                }
                MemorySegment payload = arena.allocate(length, 8);
                readFully(socket, payload);
                // On the heap, so that it outlives this call; of longs, so that it is aligned as they are.
                MemorySegment kept = MemorySegment.ofArray(new long[(length + 7) / 8]);
                return new VhostMessage(
                        header.get(JAVA_INT, 0), kept.asSlice(0, length).copyFrom(payload), files);
            } catch (IOException | RingException e) {
                closeAll(files);
                throw e;
            }
        }
    }

    /** Reads the header, and with its first byte the descriptors. */
    private static List<Integer> receive(int socket, MemorySegment header, Arena arena)
            throws IOException, RingException {
        MemorySegment vector = arena.allocate(16, 8);
        vector.set(ADDRESS, 0, header);
        vector.set(JAVA_LONG, 8, header.byteSize());
        MemorySegment control = arena.allocate(CONTROL_HEADER + 4L * MAX_FILES, 8);
        MemorySegment message = arena.allocate(56, 8);
        message.set(ADDRESS, 16, vector);
        message.set(JAVA_LONG, 24, 1);
        message.set(ADDRESS, 32, control);
        message.set(JAVA_LONG, 40, control.byteSize());
        long got = Posix.receive(socket, message, MSG_CMSG_CLOEXEC);
        if (got == 0) {
            throw new EOFException("the machine has hung up");
        }
        List<Integer> files = List.of();
        if (message.get(JAVA_LONG, 40) > CONTROL_HEADER
                && control.get(JAVA_INT, 8) == SOL_SOCKET
                && control.get(JAVA_INT, 12) == SCM_RIGHTS) {
            long length = control.get(JAVA_LONG, 0) - CONTROL_HEADER;
            files = Arrays.stream(control.asSlice(CONTROL_HEADER, length).toArray(JAVA_INT))
                    .boxed()
                    .toList();
        }
        if ((message.get(JAVA_INT, 48) & MSG_CTRUNC) != 0) {
            closeAll(files);
            throw new RingException("a vhost-user message with more than " + MAX_FILES + " descriptors");
        }
        try {
            readFully(socket, header.asSlice(got));
        } catch (IOException e) {
            closeAll(files);
            throw e;
        }
        return files;
    }

    private static void readFully(int socket, MemorySegment target) throws IOException {
        for (long done = 0; done < target.byteSize(); ) {
            long count = Posix.read(socket, target.asSlice(done));
            if (count == 0) {
                throw new EOFException("the machine has hung up within a message");
            }
            done += count;
        }
    }

    /** Answers this message. */
    void reply(int socket, MemorySegment answer) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(HEADER + answer.byteSize(), 8);
            bytes.set(JAVA_INT, 0, request);
            bytes.set(JAVA_INT, 4, VERSION | REPLY);
            bytes.set(JAVA_INT, 8, (int) answer.byteSize());
            MemorySegment.copy(answer, 0, bytes, HEADER, answer.byteSize());
            Posix.send(socket, bytes);
        }
    }

    /** The one descriptor that came along, or -1 when the message says that there is none. */
    int onlyFile() throws RingException {
        if (files.size() > 1) {
            closeAll(files);
            throw new RingException("a vhost-user message with " + files.size() + " descriptors");
        }
        return files.size() == 1 ? files.getFirst() : -1;
    }

    static void closeAll(List<Integer> files) {
        for (int file : files) {
            Posix.close(file);
        }
    }
}
