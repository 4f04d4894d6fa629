package dev.cloister.local.vm;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.EnclaveAddress;
import dev.cloister.protocol.channel.Listener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A device between a machine that is played and a folder of real sockets. */
final class Bench implements AutoCloseable {
    static final int PORT = 8001;
    static final int GUEST_PORT = 5000;
    static final int BUFFER = 4096 + Packet.SIZE;

    private static final byte[] NOTHING = {};

    final BlockingQueue<String> faults = new LinkedBlockingQueue<>();
    final EnclaveAddress.Folder folder;
    final GuestPorts ports;
    final VsockDevice device;
    final VhostUserBackend backend;
    final FakeMachine machine;
    final Listener parent;

    Bench(Path temporary) throws Exception {
        folder = new EnclaveAddress.Folder(temporary);
        ports = new GuestPorts(folder);
        device = new VsockDevice(FakeMachine.GUEST_CID, ports::connectParent);
        backend = VhostUserBackend.start(temporary.resolve("v.sock"), device, faults::add);
        machine = new FakeMachine(temporary.resolve("v.sock"));
        parent = Channels.listen(folder.parentPort(PORT));
    }

    /** With as many buffers as Linux would offer in a ring of this size. */
    static Bench running(Path temporary) throws Exception {
        Bench bench = new Bench(temporary);
        bench.machine.boot(FakeMachine.SIZE / 2, BUFFER);
        return bench;
    }

    /** A packet of the guest's to the parent's port. */
    static Packet packet(int guestPort, int parentPort, short operation, int length, int flags) {
        return credit(guestPort, parentPort, operation, length, flags, 1 << 20, 0);
    }

    static Packet credit(
            int guestPort, int parentPort, short operation, int length, int flags, int room, int forwarded) {
        return new Packet(
                FakeMachine.GUEST_CID,
                Address.PARENT_CID,
                guestPort,
                parentPort,
                length,
                Packet.STREAM,
                operation,
                flags,
                room,
                forwarded);
    }

    void guestSends(short operation, int flags) throws InterruptedException {
        machine.send(packet(GUEST_PORT, PORT, operation, 0, flags), NOTHING);
    }

    void guestSends(byte[] data) throws InterruptedException {
        machine.send(packet(GUEST_PORT, PORT, Packet.DATA, data.length, 0), data);
    }

    /** A stream that the guest has opened to the parent; returns the parent's end. */
    Channel openFromGuest() throws Exception {
        guestSends(Packet.REQUEST, 0);
        Channel accepted = parent.accept();
        short answer = machine.receive(BUFFER).operation();
        if (answer != Packet.RESPONSE) {
            throw new AssertionError("operation " + answer);
        }
        accepted.setReadTimeout(Duration.ofSeconds(60));
        return accepted;
    }

    String fault() throws InterruptedException {
        String fault = faults.poll(60, java.util.concurrent.TimeUnit.SECONDS);
        if (fault == null) {
            throw new AssertionError("the device has not noticed");
        }
        return fault;
    }

    /** The same where the device comes across it in a thread of its own, and tells it at the guest's next kick. */
    String faultAtAKick() throws InterruptedException {
        for (int i = 0; i < 600; i++) {
            machine.kick(FakeMachine.TO_GUEST);
            String fault = faults.poll(100, java.util.concurrent.TimeUnit.MILLISECONDS);
            if (fault != null) {
                return fault;
            }
        }
        throw new AssertionError("the device has not noticed");
    }

    @Override
    public void close() throws Exception {
        parent.close();
        ports.close();
        machine.close();
        backend.close();
    }
}
