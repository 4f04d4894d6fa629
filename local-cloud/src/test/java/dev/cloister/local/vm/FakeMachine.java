package dev.cloister.local.vm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.cloister.protocol.libc.Libc;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Plays QEMU and the driver in the guest: guest memory in a memfd, two rings in it, events, and the vhost-user protocol
 * over a real socket with descriptors beside the messages. Nothing of it is checked, so that tests can lay out what no
 * sane driver would.
 */
final class FakeMachine implements AutoCloseable {
    static final long GUEST_CID = 16;
    static final int SIZE = 16;
    static final int TO_GUEST = 0;
    static final int FROM_GUEST = 1;
    static final short NEXT = 1;
    static final short WRITE = 2;

    private static final long MEMORY = 4 << 20;
    private static final long GUEST_BASE = 0x100000;
    private static final long USER_BASE = 0x7f00_0000_0000L;
    private static final long QUEUE_STRIDE = 0x4000;
    private static final long AVAILABLE_AT = 0x1000;
    private static final long USED_AT = 0x2000;
    private static final long BUFFERS_AT = 0x10000;
    private static final long BUFFER_STRIDE = 0x12000;
    private static final long DEADLINE_NANOS = 60_000_000_000L;

    private static final VarHandle INDEX = JAVA_SHORT.varHandle();
    private static final MethodHandle MEMFD = Libc.bind("memfd_create", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle TRUNCATE = Libc.bind("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle SOCKET = Libc.bind("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle CONNECT = Libc.bind("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SENDMSG = Libc.bind("sendmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);

    private final Arena arena = Arena.ofShared();
    private final int file;
    private final int socket;
    private final int[] kicks;
    private final int[] calls;
    private final short[] seen = new short[2];
    final MemorySegment memory;

    FakeMachine(Path vhost) throws Exception {
        file = invoke(() -> (int) MEMFD.invokeExact(Libc.errnoBuffer(), arena.allocateFrom("guest"), 1));
        invoke(() -> (int) TRUNCATE.invokeExact(Libc.errnoBuffer(), file, MEMORY));
        memory = Posix.map(file, MEMORY, arena);
        socket = invoke(() -> (int) SOCKET.invokeExact(Libc.errnoBuffer(), 1, 1, 0));
        byte[] path = vhost.toString().getBytes(StandardCharsets.UTF_8);
        MemorySegment name = arena.allocate(path.length + 3L, 2);
        name.set(JAVA_SHORT, 0, (short) 1);
        MemorySegment.copy(path, 0, name, JAVA_BYTE, 2, path.length);
        invoke(() -> (int) CONNECT.invokeExact(Libc.errnoBuffer(), socket, name, (int) name.byteSize()));
        kicks = new int[] {Posix.event(), Posix.event()};
        calls = new int[] {Posix.event(), Posix.event()};
    }

    private interface Call {
        int make() throws Throwable;
    }

    private static int invoke(Call call) throws IOException {
        try {
            int result = call.make();
            if (result < 0) {
                throw new IOException(Libc.describe(Libc.errno()));
            }
            return result;
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    // --- QEMU -----------------------------------------------------------------------------------------------------

    /** Says all that QEMU says until both queues run, and gives the guest's queue buffers. */
    void boot(int buffers, int bufferSize) throws IOException {
        send(VhostMessage.SET_OWNER);
        long features = ask(VhostMessage.GET_FEATURES);
        send(VhostMessage.SET_FEATURES, features);
        send(VhostMessage.SET_PROTOCOL_FEATURES, ask(VhostMessage.GET_PROTOCOL_FEATURES));
        sendMemory(GUEST_BASE, MEMORY, USER_BASE, 0);
        for (int i = 0; i < buffers; i++) {
            offerBuffer(i, bufferSize);
        }
        for (int queue = 0; queue < 2; queue++) {
            startQueue(queue, SIZE, at(queue, 0), at(queue, AVAILABLE_AT), at(queue, USED_AT));
        }
    }

    void startQueue(int queue, int size, long descriptors, long available, long used) throws IOException {
        send(VhostMessage.SET_VRING_NUM, ints(queue, size));
        send(VhostMessage.SET_VRING_BASE, ints(queue, 0));
        send(VhostMessage.SET_VRING_ADDR, queue, descriptors, used, available, 0);
        sendWith(new int[] {calls[queue]}, VhostMessage.SET_VRING_CALL, queue);
        sendWith(new int[] {kicks[queue]}, VhostMessage.SET_VRING_KICK, queue);
        send(VhostMessage.SET_VRING_ENABLE, ints(queue, 1));
    }

    static long at(int queue, long offset) {
        return USER_BASE + queue * QUEUE_STRIDE + offset;
    }

    void sendMemory(long guestAddress, long size, long userAddress, long offset) throws IOException {
        sendWith(new int[] {file}, VhostMessage.SET_MEM_TABLE, 1, guestAddress, size, userAddress, offset);
    }

    private static long ints(int low, int high) {
        return (long) high << 32 | low;
    }

    void send(int request, long... payload) throws IOException {
        sendWith(new int[0], request, payload);
    }

    void sendWith(int[] files, int request, long... payload) throws IOException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment bytes = scratch.allocate(12 + 8L * payload.length, 8);
            bytes.set(JAVA_INT, 0, request);
            bytes.set(JAVA_INT, 4, 1);
            bytes.set(JAVA_INT, 8, 8 * payload.length);
            for (int i = 0; i < payload.length; i++) {
                bytes.set(JAVA_LONG.withByteAlignment(1), 12 + 8L * i, payload[i]);
            }
            MemorySegment vector = scratch.allocate(16, 8);
            vector.set(ADDRESS, 0, bytes);
            vector.set(JAVA_LONG, 8, bytes.byteSize());
            MemorySegment control = scratch.allocate(16 + 4L * files.length + 8, 8);
            control.set(JAVA_LONG, 0, 16 + 4L * files.length);
            control.set(JAVA_INT, 8, 1);
            control.set(JAVA_INT, 12, 1);
            MemorySegment.copy(files, 0, control, JAVA_INT, 16, files.length);
            MemorySegment message = scratch.allocate(56, 8);
            message.set(ADDRESS, 16, vector);
            message.set(JAVA_LONG, 24, 1);
            if (files.length > 0) {
                message.set(ADDRESS, 32, control);
                message.set(JAVA_LONG, 40, (16 + 4L * files.length + 7) & ~7L);
            }
            invoke(() -> (int) (long) SENDMSG.invokeExact(Libc.errnoBuffer(), socket, message, 0x4000));
        }
    }

    /** Asks for one number. */
    long ask(int request, long... payload) throws IOException {
        send(request, payload);
        return answer(1)[0];
    }

    /** An answer of so many u64. */
    long[] answer(int count) throws IOException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment bytes = scratch.allocate(12 + 8L * count, 8);
            for (long done = 0; done < bytes.byteSize(); ) {
                long read = Posix.read(socket, bytes.asSlice(done));
                if (read == 0) {
                    throw new IOException("hung up");
                }
                done += read;
            }
            long[] numbers = new long[count];
            for (int i = 0; i < count; i++) {
                numbers[i] = bytes.get(JAVA_LONG.withByteAlignment(1), 12 + 8L * i);
            }
            return numbers;
        }
    }

    // --- the guest ------------------------------------------------------------------------------------------------

    MemorySegment part(int queue, long offset) {
        return memory.asSlice(queue * QUEUE_STRIDE + offset);
    }

    void describe(int queue, int index, long address, int length, int flags, int next) {
        MemorySegment descriptor = part(queue, index * 16L);
        descriptor.set(JAVA_LONG, 0, address);
        descriptor.set(JAVA_INT, 8, length);
        descriptor.set(JAVA_SHORT, 12, (short) flags);
        descriptor.set(JAVA_SHORT, 14, (short) next);
    }

    /** Where a buffer of a queue lies, by the guest's address. */
    static long buffer(int queue, int index) {
        return GUEST_BASE + BUFFERS_AT + (queue * (long) SIZE + index) * BUFFER_STRIDE;
    }

    private MemorySegment bufferBytes(int queue, int index) {
        return memory.asSlice(buffer(queue, index) - GUEST_BASE);
    }

    void makeAvailable(int queue, int head) {
        MemorySegment available = part(queue, AVAILABLE_AT);
        short index = available.get(JAVA_SHORT, 2);
        available.set(JAVA_SHORT, 4 + 2L * (index & (SIZE - 1)), (short) head);
        INDEX.setRelease(available, 2L, (short) (index + 1));
    }

    void setAvailableIndex(int queue, int index) {
        INDEX.setRelease(part(queue, AVAILABLE_AT), 2L, (short) index);
    }

    void kick(int queue) {
        Posix.signal(kicks[queue]);
    }

    /** Offers a buffer in two descriptors, one for the header and one for data, as Linux does. */
    void offerBuffer(int index, int size) {
        int second = index + SIZE / 2;
        describe(TO_GUEST, index, buffer(TO_GUEST, index), Math.min(size, Packet.SIZE), WRITE | NEXT, second);
        describe(TO_GUEST, second, buffer(TO_GUEST, index) + Packet.SIZE, Math.max(0, size - Packet.SIZE), WRITE, 0);
        makeAvailable(TO_GUEST, index);
    }

    /** Sends a packet and waits until the device has taken it. */
    void send(Packet packet, byte[] data) throws InterruptedException {
        post(packet, data);
        awaitUsed(FROM_GUEST);
    }

    /** Puts a packet into the first descriptors of the queue and kicks. */
    void post(Packet packet, byte[] data) {
        MemorySegment bytes = bufferBytes(FROM_GUEST, 0);
        bytes.copyFrom(packet.encode());
        MemorySegment.copy(data, 0, bytes, JAVA_BYTE, Packet.SIZE, data.length);
        long address = buffer(FROM_GUEST, 0);
        describe(FROM_GUEST, 0, address, Packet.SIZE, data.length > 0 ? NEXT : 0, 1);
        describe(FROM_GUEST, 1, address + Packet.SIZE, data.length, 0, 0);
        makeAvailable(FROM_GUEST, 0);
        kick(FROM_GUEST);
    }

    private short usedIndex(int queue) {
        return (short) INDEX.getAcquire(part(queue, USED_AT), 2L);
    }

    boolean hasUsed(int queue) {
        return usedIndex(queue) != seen[queue];
    }

    void awaitUsed(int queue) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (!hasUsed(queue)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the device did not take or give a packet");
            }
            Thread.sleep(1);
        }
        seen[queue]++;
    }

    /** A packet that the device has sent. */
    record Received(Packet packet, MemorySegment data) {
        short operation() {
            return packet.operation();
        }
    }

    /** The next packet of the device; its buffer is offered again. */
    Received receive(int bufferSize) throws Exception {
        Received received = takeWithoutOffering();
        offerBuffer(lastHead, bufferSize);
        kick(TO_GUEST);
        return received;
    }

    private int lastHead;

    Received takeWithoutOffering() throws Exception {
        int slot = seen[TO_GUEST] & (SIZE - 1);
        awaitUsed(TO_GUEST);
        MemorySegment element = part(TO_GUEST, USED_AT).asSlice(4 + 8L * slot);
        lastHead = element.get(JAVA_INT, 0);
        int length = element.get(JAVA_INT, 4);
        MemorySegment bytes = MemorySegment.ofArray(
                bufferBytes(TO_GUEST, lastHead).asSlice(0, length).toArray(JAVA_BYTE));
        Packet packet = Packet.read(bytes);
        return new Received(packet, bytes.asSlice(Packet.SIZE));
    }

    /** All data until another packet comes than data. */
    byte[] receiveData(int count, int bufferSize) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (all.size() < count) {
            Received received = receive(bufferSize);
            if (received.operation() != Packet.DATA) {
                throw new AssertionError("operation " + received.operation() + " after " + all.size() + " bytes");
            }
            all.writeBytes(received.data().toArray(JAVA_BYTE));
        }
        return all.toByteArray();
    }

    @Override
    public void close() {
        if (!arena.scope().isAlive()) {
            return;
        }
        Posix.shutdown(socket);
        Posix.close(socket);
        Posix.close(file);
        for (int queue = 0; queue < 2; queue++) {
            Posix.close(kicks[queue]);
            Posix.close(calls[queue]);
        }
        arena.close();
    }
}
