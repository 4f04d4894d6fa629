package dev.cloister.local.vm;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The virtio socket device: takes packets out of one queue of the guest, puts packets into the other, and keeps the
 * table of streams. What it keeps for a guest is bounded: the number of streams, the bytes of each, the answers that
 * wait for room; a guest that takes no answers gets no more of its packets looked at.
 */
final class VsockDevice implements AutoCloseable {
    /** The only peer a guest has. */
    private static final long PARENT = Address.PARENT_CID;

    private static final int MAX_STREAMS = 256;
    private static final int MAX_WAITING = 1024;
    /** Largest packet that Linux makes. */
    private static final int MAX_DATA = 64 << 10;
    /** Host's ports of streams that begin here; from there on, as the kernel's own ephemeral ports. */
    private static final int FIRST_PORT = 1 << 30;

    private final long guestCid;
    private final ParentPorts parent;
    private final Map<Key, VsockStream> streams = new HashMap<>();
    private final Deque<Packet> waiting = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private int nextPort = FIRST_PORT;
    private boolean closed;
    private @Nullable RingException fault;
    private @Nullable Vring toGuest;
    private @Nullable Vring fromGuest;

    /** Opens what a guest connects to. */
    interface ParentPorts {
        Channel connect(int port) throws IOException;
    }

    /** A stream's two ports; its CIDs are always the same. */
    record Key(int guestPort, int parentPort) {}

    /**
     * A device without a guest yet.
     *
     * @param guestCid of the guest
     * @param parent what it reaches as CID 3
     */
    VsockDevice(long guestCid, ParentPorts parent) {
        this.guestCid = guestCid;
        this.parent = parent;
    }

    long guestCid() {
        return guestCid;
    }

    ReentrantLock lock() {
        return lock;
    }

    /** Runs on these queues from now on; streams go on. */
    void attach(Vring newToGuest, Vring newFromGuest) throws RingException {
        lock.lock();
        try {
            toGuest = newToGuest;
            fromGuest = newFromGuest;
            work();
        } finally {
            lock.unlock();
        }
    }

    /** Touches the queues no more until the next {@link #attach}. */
    void detach() {
        lock.lock();
        try {
            toGuest = null;
            fromGuest = null;
        } finally {
            lock.unlock();
        }
    }

    /** Ends all streams, as the guest's end or restart does. */
    void reset() {
        lock.lock();
        try {
            waiting.clear();
            List.copyOf(streams.values()).forEach(VsockStream::forget);
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            detach();
            reset();
        } finally {
            lock.unlock();
        }
    }

    /** The guest has put something into one of its queues. */
    void kicked() throws RingException {
        lock.lock();
        try {
            work();
        } finally {
            lock.unlock();
        }
    }

    private void work() throws RingException {
        if (fault != null) {
            throw fault;
        }
        flush();
        takePackets();
        flush();
        room.signalAll();
    }

    private void takePackets() throws RingException {
        boolean taken = false;
        while (fromGuest != null && waiting.size() < MAX_WAITING) {
            Chain chain = fromGuest.next();
            if (chain == null) {
                break;
            }
            MemorySegment bytes = chain.readAll(Packet.SIZE + MAX_DATA);
            fromGuest.use(chain, 0);
            taken = true;
            Packet packet = Packet.read(bytes);
            take(packet, bytes.asSlice(Packet.SIZE, packet.length()));
        }
        if (taken && fromGuest != null) {
            fromGuest.signal();
        }
    }

    private void take(Packet packet, MemorySegment data) {
        Key key = new Key(packet.sourcePort(), packet.destinationPort());
        boolean isOurs =
                packet.sourceCid() == guestCid && packet.destinationCid() == PARENT && packet.type() == Packet.STREAM;
        VsockStream stream = isOurs ? streams.get(key) : null;
        if (stream != null) {
            stream.take(packet, data);
        } else if (isOurs && packet.operation() == Packet.REQUEST && streams.size() < MAX_STREAMS) {
            VsockStream asked = new VsockStream(this, key, packet);
            streams.put(key, asked);
            asked.connect(parent);
        } else if (packet.operation() != Packet.RESET) {
            waiting.add(packet.refusal());
        }
    }

    /**
     * Begins a stream to a port of the guest.
     *
     * @param host the other end; closed with the stream
     * @throws IOException when there are too many
     */
    VsockStream open(int guestPort, Channel host) throws IOException {
        lock.lock();
        try {
            if (closed || streams.size() >= MAX_STREAMS) {
                throw new IOException("the machine takes no further connection");
            }
            Key key;
            do {
                key = new Key(guestPort, nextPort);
                nextPort = nextPort == Integer.MAX_VALUE ? FIRST_PORT : nextPort + 1;
            } while (streams.containsKey(key));
            VsockStream stream = new VsockStream(this, key, host);
            streams.put(key, stream);
            send(stream.packet(Packet.REQUEST, 0, 0));
            stream.start();
            return stream;
        } finally {
            lock.unlock();
        }
    }

    /** Sends a packet without data, at once or when the guest has room; the caller holds the lock. */
    void send(Packet packet) {
        waiting.add(packet);
        try {
            flush();
        } catch (RingException e) {
            // Told at the next kick; until then nothing more goes to the guest.
            fault = e;
            toGuest = null;
        }
    }

    private void flush() throws RingException {
        boolean sent = false;
        while (toGuest != null && !waiting.isEmpty()) {
            Chain chain = toGuest.next();
            if (chain == null) {
                break;
            }
            put(toGuest, chain, waiting.remove(), null);
            sent = true;
        }
        if (sent && toGuest != null) {
            toGuest.signal();
        }
    }

    /** Sends data of an open stream as far as it is open; blocks until the guest has room. The caller holds the lock. */
    void sendData(VsockStream stream, MemorySegment data) throws RingException {
        for (long at = 0; at < data.byteSize() && stream.isOpen(); ) {
            Vring queue = toGuest;
            // What was to be said before the data goes first.
            Chain chain = queue == null || !waiting.isEmpty() ? null : queue.next();
            if (queue == null || chain == null) {
                room.awaitUninterruptibly();
                continue;
            }
            long free = Chain.size(chain.writable()) - Packet.SIZE;
            if (free < 1) {
                throw new RingException("a buffer too small for a packet");
            }
            MemorySegment part = data.asSlice(at, Math.min(free, data.byteSize() - at));
            put(queue, chain, stream.packet(Packet.DATA, 0, (int) part.byteSize()), part);
            at += part.byteSize();
            queue.signal();
        }
    }

    private static void put(Vring queue, Chain chain, Packet packet, @Nullable MemorySegment data)
            throws RingException {
        int length = Packet.SIZE + packet.length();
        if (Chain.size(chain.writable()) < length) {
            throw new RingException("a buffer too small for a packet");
        }
        chain.write(0, packet.encode());
        if (data != null) {
            chain.write(Packet.SIZE, data);
        }
        queue.use(chain, length);
    }

    /** Forgets a stream that has ended; the caller holds the lock. */
    void remove(VsockStream stream) {
        streams.remove(stream.key(), stream);
        room.signalAll();
    }

    /** The streams there are, for tests and for those who want to know. */
    List<Key> streams() {
        lock.lock();
        try {
            return new ArrayList<>(streams.keySet());
        } finally {
            lock.unlock();
        }
    }
}
