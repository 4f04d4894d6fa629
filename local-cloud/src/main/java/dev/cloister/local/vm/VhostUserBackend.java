package dev.cloister.local.vm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The back end of QEMU's {@code vhost-user-vsock} device: serves the vhost-user protocol on a unix socket to one QEMU,
 * maps the guest's memory, and runs a {@link VsockDevice} on its two queues. QEMU itself keeps the event queue. Needs a
 * QEMU whose {@code memory-backend} is shared.
 */
final class VhostUserBackend implements AutoCloseable {
    private static final long VERSION_1 = 1L << 32;
    private static final long PROTOCOL_FEATURES = 1L << 30;
    private static final long CONFIG = 1L << 9;
    private static final int CONFIG_HEADER = 12;
    private static final int QUEUES = 2;

    private final VsockDevice device;
    private final Consumer<String> faults;
    private final int listener;
    private final Path path;
    private final Thread thread;
    private final QueueState[] queues = {new QueueState(), new QueueState()};
    private final Kicks kicks;
    private @Nullable GuestMemory memory;
    private boolean needsEnabling;
    private volatile int connection = -1;
    private volatile boolean closed;

    /** What QEMU has told of a queue: 0 leads to the guest, 1 comes from it. */
    private static final class QueueState {
        int size;
        long descriptors;
        long available;
        long used;
        short base;
        boolean isPlaced;
        boolean isEnabled;
        boolean hasKick;
        final Vring.CallEvent call = new Vring.CallEvent();

        @Nullable
        Vring running;
    }

    private VhostUserBackend(Path path, VsockDevice device, Consumer<String> faults) throws IOException {
        this.path = path;
        this.device = device;
        this.faults = faults;
        this.listener = Posix.listen(path);
        this.kicks = new Kicks(QUEUES, this::kicked);
        this.thread = Thread.ofPlatform().daemon().name("vhost-user").start(this::serve);
    }

    /**
     * Listens.
     *
     * @param faults told once when a guest breaks a rule, upon which its device is dead
     */
    static VhostUserBackend start(Path socket, VsockDevice device, Consumer<String> faults) throws IOException {
        return new VhostUserBackend(socket, device, faults);
    }

    private void serve() {
        try {
            connection = Posix.accept(listener);
            while (!closed) {
                VhostMessage message = VhostMessage.receive(connection);
                handle(message);
            }
        } catch (EOFException hungUp) {
            // QEMU has ended.
        } catch (RingException e) {
            fault(e.getMessage());
        } catch (IOException | RuntimeException e) {
            if (!closed) {
                fault(String.valueOf(e.getMessage()));
            }
        } finally {
            device.close();
            if (connection >= 0) {
                // QEMU is not to wait for an answer that will not come.
                Posix.shutdown(connection);
            }
        }
    }

    private void kicked() {
        try {
            device.kicked();
        } catch (RingException | RuntimeException e) {
            fault(String.valueOf(e.getMessage()));
            device.close();
        }
    }

    private void fault(@Nullable String what) {
        faults.accept("the guest's socket device has stopped: " + what);
    }

    private void handle(VhostMessage message) throws IOException, RingException {
        MemorySegment payload = message.payload();
        switch (message.request()) {
            case VhostMessage.GET_FEATURES -> message.reply(connection, number(VERSION_1 | PROTOCOL_FEATURES));
            case VhostMessage.GET_PROTOCOL_FEATURES -> message.reply(connection, number(CONFIG));
            case VhostMessage.SET_FEATURES -> setFeatures(field(payload, 0));
            case VhostMessage.GET_CONFIG -> message.reply(connection, config(payload));
            case VhostMessage.SET_MEM_TABLE -> setMemory(message);
            case VhostMessage.SET_VRING_NUM -> queue(payload).size = value(payload);
            case VhostMessage.SET_VRING_BASE -> queue(payload).base = (short) value(payload);
            case VhostMessage.SET_VRING_ADDR -> setAddresses(payload);
            case VhostMessage.SET_VRING_ENABLE -> queue(payload).isEnabled = value(payload) != 0;
            case VhostMessage.SET_VRING_KICK -> setKick(message);
            case VhostMessage.SET_VRING_CALL -> queue(payload).call.set(message.onlyFile());
            case VhostMessage.GET_VRING_BASE -> message.reply(connection, stop(payload));
            case VhostMessage.SET_OWNER, VhostMessage.RESET_OWNER, VhostMessage.SET_PROTOCOL_FEATURES -> {}
            case VhostMessage.SET_VRING_ERR -> VhostMessage.closeAll(message.files());
            default -> {
                VhostMessage.closeAll(message.files());
                throw new RingException("vhost-user request " + message.request() + " is not known");
            }
        }
        run();
    }

    private static MemorySegment number(long value) {
        return MemorySegment.ofArray(new long[] {value});
    }

    private static long field(MemorySegment payload, long at) throws RingException {
        if (payload.byteSize() < at + Long.BYTES) {
            throw new RingException("a vhost-user message that is cut short");
        }
        return payload.get(JAVA_LONG_UNALIGNED, at);
    }

    private static int value(MemorySegment payload) {
        return payload.get(JAVA_INT, 4);
    }

    /** The queue that a message is about; its number is the first byte. */
    private QueueState queue(MemorySegment payload) throws RingException {
        int index = (int) field(payload, 0) & 0xff;
        if (index >= QUEUES) {
            throw new RingException("queue " + index + " of a device with " + QUEUES);
        }
        return queues[index];
    }

    private void setFeatures(long features) throws RingException {
        if ((features & ~(VERSION_1 | PROTOCOL_FEATURES)) != 0 || (features & VERSION_1) == 0) {
            throw new RingException("features 0x" + Long.toHexString(features) + " that were not offered");
        }
        needsEnabling = (features & PROTOCOL_FEATURES) != 0;
    }

    /** The configuration space holds the guest's CID and nothing else. */
    private MemorySegment config(MemorySegment payload) throws RingException {
        long _ = field(payload, 4);
        int offset = payload.get(JAVA_INT, 0);
        int size = payload.get(JAVA_INT, 4);
        if (offset != 0 || size < Long.BYTES || size > payload.byteSize() - CONFIG_HEADER) {
            throw new RingException("a question for " + size + " bytes of configuration at " + offset);
        }
        MemorySegment answer = MemorySegment.ofArray(payload.toArray(JAVA_BYTE));
        answer.set(JAVA_LONG_UNALIGNED, CONFIG_HEADER, device.guestCid());
        return answer;
    }

    private void setMemory(VhostMessage message) throws IOException, RingException {
        try {
            MemorySegment payload = message.payload();
            int count = (int) field(payload, 0);
            if (count < 0
                    || count > GuestMemory.MAX_REGIONS
                    || count != message.files().size()) {
                throw new RingException(
                        count + " regions of memory with " + message.files().size() + " files");
            }
            List<GuestMemory.Description> regions = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long at = 8 + 32L * i;
                regions.add(new GuestMemory.Description(
                        field(payload, at), field(payload, at + 8), field(payload, at + 16), field(payload, at + 24)));
            }
            GuestMemory mapped = GuestMemory.map(regions, message.files());
            pause();
            GuestMemory before = memory;
            memory = mapped;
            if (before != null) {
                before.close();
            }
        } finally {
            VhostMessage.closeAll(message.files());
        }
    }

    private void setAddresses(MemorySegment payload) throws RingException {
        QueueState queue = queue(payload);
        queue.descriptors = field(payload, 8);
        queue.used = field(payload, 16);
        queue.available = field(payload, 24);
        queue.isPlaced = true;
    }

    private void setKick(VhostMessage message) throws IOException, RingException {
        QueueState queue = queue(message.payload());
        int file = message.onlyFile();
        if (file < 0) {
            throw new RingException("a queue that would have to be polled");
        }
        kicks.set(queue == queues[0] ? 0 : 1, file);
        queue.hasKick = true;
    }

    /** Stops a queue and says how far it has come. */
    private MemorySegment stop(MemorySegment payload) throws RingException {
        QueueState queue = queue(payload);
        pause();
        device.reset();
        queue.hasKick = false;
        MemorySegment answer = number(field(payload, 0));
        answer.set(JAVA_INT, 4, queue.base & 0xffff);
        return answer;
    }

    /** Takes the queues away from the device, and keeps in mind how far they have come. */
    private void pause() {
        device.detach();
        for (QueueState queue : queues) {
            if (queue.running != null) {
                queue.base = queue.running.queue().nextAvailable();
                queue.running = null;
            }
        }
    }

    /** Lets the device run as soon as both queues are complete. */
    private void run() throws RingException {
        if (memory == null || queues[0].running != null) {
            return;
        }
        for (QueueState queue : queues) {
            if (!queue.isPlaced || !queue.hasKick || (needsEnabling && !queue.isEnabled)) {
                return;
            }
        }
        for (QueueState queue : queues) {
            Virtqueue.Layout layout = new Virtqueue.Layout(queue.size, queue.descriptors, queue.available, queue.used);
            queue.running = new Vring(new Virtqueue(memory, layout, queue.base), queue.call);
        }
        Vring toGuest = queues[0].running;
        Vring fromGuest = queues[1].running;
        if (toGuest != null && fromGuest != null) {
            device.attach(toGuest, fromGuest);
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        Posix.shutdown(listener);
        if (connection >= 0) {
            Posix.shutdown(connection);
        }
        join();
        kicks.close();
        device.close();
        for (QueueState queue : queues) {
            queue.call.set(-1);
        }
        if (memory != null) {
            memory.close();
            memory = null;
        }
        if (connection >= 0) {
            Posix.close(connection);
            connection = -1;
        }
        Posix.close(listener);
        Files.deleteIfExists(path);
    }

    private void join() {
        boolean isInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
