package dev.cloister.local.vm;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * One stream between a port of the guest and a channel of this side. Two threads move its bytes: one reads the channel
 * as far as the guest has given credit, the other writes to it what the guest has sent, and gives credit as the channel
 * takes it. All state is guarded by the device's lock.
 */
final class VsockStream {
    /** What this side keeps of a stream before the channel takes it. */
    static final int ROOM = 128 << 10;

    /** How long a guest may think about whether it takes a stream. */
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private static final int PART = 64 << 10;

    private enum State {
        /** The other side has been asked, and has not answered. */
        ASKED,
        OPEN,
        ENDED
    }

    private final VsockDevice device;
    private final VsockDevice.Key key;
    private final Condition changed;
    private final boolean isAskedByGuest;
    private State state = State.ASKED;
    private @Nullable Channel host;
    /** What the guest has sent and the channel has not taken: a ring of bytes, made when the first come. */
    private byte @Nullable [] ring;

    private int ringStart;
    private int kept;
    /** Counters modulo 2^32, as in {@link Packet}. */
    private int forwarded;

    private int announced;
    private int sent;
    private int guestRoom;
    private int guestForwarded;
    private boolean guestSendsNoMore;
    private boolean guestReceivesNoMore;
    private boolean hostSentAll;
    private boolean hostReceivedAll;

    /** A stream that the guest has asked for. */
    VsockStream(VsockDevice device, VsockDevice.Key key, Packet request) {
        this.device = device;
        this.key = key;
        this.changed = device.lock().newCondition();
        this.isAskedByGuest = true;
        guestRoom = request.room();
        guestForwarded = request.forwarded();
    }

    /** A stream that the guest will be asked for. */
    VsockStream(VsockDevice device, VsockDevice.Key key, Channel host) {
        this.device = device;
        this.key = key;
        this.changed = device.lock().newCondition();
        this.isAskedByGuest = false;
        this.host = host;
    }

    VsockDevice.Key key() {
        return key;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    Packet packet(short operation, int flags, int length) {
        announced = forwarded;
        if (operation == Packet.DATA) {
            sent += length;
        }
        return new Packet(
                Address.PARENT_CID,
                device.guestCid(),
                key.parentPort(),
                key.guestPort(),
                length,
                Packet.STREAM,
                operation,
                flags,
                ROOM,
                forwarded);
    }

    // --- what the guest says; the caller holds the lock -----------------------------------------------------------

    void take(Packet packet, MemorySegment data) {
        guestRoom = packet.room();
        guestForwarded = packet.forwarded();
        switch (packet.operation()) {
            case Packet.RESPONSE -> answered();
            case Packet.DATA -> takeData(data);
            case Packet.SHUTDOWN -> shutDown(packet.flags());
            case Packet.CREDIT_UPDATE -> changed.signalAll();
            case Packet.CREDIT_REQUEST -> device.send(packet(Packet.CREDIT_UPDATE, 0, 0));
            case Packet.RESET -> forget();
            default -> reset();
        }
    }

    private void answered() {
        if (state == State.ASKED && !isAskedByGuest) {
            state = State.OPEN;
            changed.signalAll();
        } else {
            reset();
        }
    }

    private void takeData(MemorySegment data) {
        if (state != State.OPEN || guestSendsNoMore || data.byteSize() > ROOM - kept) {
            // A guest that heeds its credit never gets here.
            reset();
            return;
        }
        byte[] bytes = ring == null ? new byte[ROOM] : ring;
        ring = bytes;
        int end = (ringStart + kept) % ROOM;
        int length = (int) data.byteSize();
        int first = Math.min(length, ROOM - end);
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, 0, bytes, end, first);
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, first, bytes, 0, length - first);
        kept += length;
        changed.signalAll();
    }

    private void shutDown(int flags) {
        guestSendsNoMore |= (flags & Packet.NO_SEND) != 0;
        guestReceivesNoMore |= (flags & Packet.NO_RECEIVE) != 0;
        if (state == State.ASKED) {
            reset();
        } else {
            changed.signalAll();
        }
    }

    /** Ends the stream and tells the guest. */
    private void reset() {
        if (state != State.ENDED) {
            device.send(packet(Packet.RESET, 0, 0));
            forget();
        }
    }

    /** Ends the stream without a word. */
    void forget() {
        state = State.ENDED;
        kept = 0;
        device.remove(this);
        changed.signalAll();
        if (host != null) {
            host.close();
        }
    }

    // --- the two threads ------------------------------------------------------------------------------------------

    private Thread thread(String direction, Runnable work) {
        return Thread.ofPlatform().daemon().name("vsock-" + direction).start(work);
    }

    /** Connects to what the guest has asked for, and answers it. */
    void connect(VsockDevice.ParentPorts parent) {
        thread("to-guest", () -> {
            Channel channel;
            try {
                channel = parent.connect(key.parentPort());
            } catch (IOException nobodyListens) {
                locked(this::reset);
                return;
            }
            locked(() -> {
                if (state == State.ASKED) {
                    host = channel;
                    state = State.OPEN;
                    device.send(packet(Packet.RESPONSE, 0, 0));
                } else {
                    channel.close();
                }
            });
            pump(channel);
        });
    }

    /** Waits for the guest's answer. */
    void start() {
        Channel channel = host;
        thread("to-guest", () -> {
            locked(this::awaitAnswer);
            if (channel != null) {
                pump(channel);
            }
        });
    }

    private void awaitAnswer() {
        long left = ANSWER.toNanos();
        try {
            while (state == State.ASKED && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (state == State.ASKED) {
            reset();
        }
    }

    private void pump(Channel channel) {
        thread("to-host", () -> toHost(channel));
        toGuest(channel);
    }

    private void toGuest(Channel channel) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(PART);
        try {
            while (true) {
                int credit = awaitCredit();
                if (credit == 0 || channel.read(buffer.clear().limit(credit)) < 0) {
                    break;
                }
                sendData(MemorySegment.ofBuffer(buffer.flip()));
            }
            locked(() -> {
                hostSentAll = true;
                if (state == State.OPEN && !endIfDone()) {
                    device.send(packet(Packet.SHUTDOWN, Packet.NO_SEND, 0));
                }
            });
        } catch (IOException | RingException e) {
            locked(this::reset);
        }
    }

    /** How much may be sent now, at most a part; 0 when nothing more may be. */
    private int awaitCredit() {
        device.lock().lock();
        try {
            while (state == State.OPEN && !guestReceivesNoMore && credit() == 0) {
                changed.awaitUninterruptibly();
            }
            return state == State.OPEN && !guestReceivesNoMore ? credit() : 0;
        } finally {
            device.lock().unlock();
        }
    }

    private int credit() {
        long inFlight = Integer.toUnsignedLong(sent - guestForwarded);
        return Math.clamp(Integer.toUnsignedLong(guestRoom) - inFlight, 0, PART);
    }

    private void sendData(MemorySegment data) throws RingException {
        device.lock().lock();
        try {
            device.sendData(this, data);
        } finally {
            device.lock().unlock();
        }
    }

    private void toHost(Channel channel) {
        try {
            for (ByteBuffer data = awaitData(); data != null; data = awaitData()) {
                int length = data.remaining();
                channel.write(data);
                locked(() -> forwarded(length));
            }
            channel.shutdownOutput();
            locked(() -> {
                hostReceivedAll = true;
                endIfDone();
            });
        } catch (IOException e) {
            locked(this::reset);
        }
    }

    /** The ring's next bytes, which stay where they are until they are forwarded; null when none will come. */
    private @Nullable ByteBuffer awaitData() {
        device.lock().lock();
        try {
            while (state == State.OPEN && kept == 0 && !guestSendsNoMore) {
                changed.awaitUninterruptibly();
            }
            return kept == 0 || ring == null
                    ? null
                    : ByteBuffer.wrap(ring, ringStart, Math.min(kept, ROOM - ringStart));
        } finally {
            device.lock().unlock();
        }
    }

    private void forwarded(int length) {
        if (state == State.ENDED) {
            return;
        }
        ringStart = (ringStart + length) % ROOM;
        kept -= length;
        forwarded += length;
        // Every packet carries the count; when none goes that way, the guest must still learn it before it runs dry.
        if (forwarded - announced >= ROOM / 4) {
            device.send(packet(Packet.CREDIT_UPDATE, 0, 0));
        }
    }

    /** Ends the stream when nothing more can go either way. */
    private boolean endIfDone() {
        if (state == State.OPEN && hostReceivedAll && (hostSentAll || guestReceivesNoMore)) {
            reset();
        }
        return state == State.ENDED;
    }

    private void locked(Runnable work) {
        device.lock().lock();
        try {
            work.run();
        } finally {
            device.lock().unlock();
        }
    }
}
