package dev.cloister.local.vm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.protocol.channel.Channel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways in which a guest can break the rules of its device. Each ends the device or the stream, and nothing else. */
class HostileGuestTest {
    private static final byte[] NOTHING = {};

    private final Bench bench;
    private final FakeMachine machine;

    HostileGuestTest(@TempDir Path folder) throws Exception {
        bench = Bench.running(folder);
        machine = bench.machine;
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private String afterOffering(int head) throws InterruptedException {
        machine.makeAvailable(FakeMachine.FROM_GUEST, head);
        machine.kick(FakeMachine.FROM_GUEST);
        return bench.fault();
    }

    private void describe(int index, long address, int length, int flags, int next) {
        machine.describe(FakeMachine.FROM_GUEST, index, address, length, flags, next);
    }

    private void startAnew(int size, long descriptors, long available, long used) throws IOException {
        machine.ask(VhostMessage.GET_VRING_BASE, FakeMachine.TO_GUEST);
        try {
            machine.startQueue(FakeMachine.TO_GUEST, size, descriptors, available, used);
        } catch (IOException hungUp) {
            // The device need not wait for the last word.
        }
    }

    private static long buffer() {
        return FakeMachine.buffer(FakeMachine.FROM_GUEST, 0);
    }

    @Test
    void chainWithoutEnd_isRefused() throws Exception {
        describe(0, buffer(), 4, FakeMachine.NEXT, 1);
        describe(1, buffer(), 4, FakeMachine.NEXT, 0);
        assertThat(afterOffering(0)).contains("without end");
    }

    @Test
    void descriptorBeyondTheTable_isRefused() throws Exception {
        assertThat(afterOffering(FakeMachine.SIZE)).contains("descriptor 16 of 16");
    }

    @Test
    void nextDescriptorBeyondTheTable_isRefused() throws Exception {
        describe(0, buffer(), 44, FakeMachine.NEXT, 0xffff);
        assertThat(afterOffering(0)).contains("descriptor 65535 of 16");
    }

    @Test
    void addressOutsideTheMemory_isRefused() throws Exception {
        describe(0, 0x10, 44, 0, 0);
        assertThat(afterOffering(0)).contains("not in the guest's memory");
    }

    @Test
    void bufferThatRunsOutOfTheMemory_isRefused() throws Exception {
        describe(0, buffer(), 0xffff_ffff, 0, 0);
        assertThat(afterOffering(0)).contains("4294967295 bytes");
    }

    @Test
    void addressThatRunsOver_isRefused() throws Exception {
        describe(0, -8L, 44, 0, 0);
        assertThat(afterOffering(0)).contains("0xfffffffffffffff8");
    }

    @Test
    void indirectDescriptor_isRefused() throws Exception {
        describe(0, buffer(), 64, 4, 0);
        assertThat(afterOffering(0)).contains("flags 0x4");
    }

    @Test
    void readingAfterWriting_isRefused() throws Exception {
        describe(0, buffer(), 44, FakeMachine.WRITE | FakeMachine.NEXT, 1);
        describe(1, buffer(), 44, 0, 0);
        assertThat(afterOffering(0)).contains("goes back from writing to reading");
    }

    @Test
    void moreChainsThanTheQueueHolds_areRefused() throws Exception {
        machine.setAvailableIndex(FakeMachine.FROM_GUEST, FakeMachine.SIZE + 1);
        machine.kick(FakeMachine.FROM_GUEST);
        assertThat(bench.fault()).contains("17 chains in a queue of 16");
    }

    @Test
    void packetShorterThanItsHeader_isRefused() throws Exception {
        describe(0, buffer(), Packet.SIZE - 1, 0, 0);
        assertThat(afterOffering(0)).contains("a packet of 43 bytes");
    }

    @Test
    void packetThatPromisesMoreThanItHas_isRefused() throws Exception {
        machine.post(Bench.packet(1, Bench.PORT, Packet.DATA, 100, 0), new byte[99]);
        assertThat(bench.fault()).contains("promises 100 bytes of data and has 99");
    }

    @Test
    void packetThatPromisesFourGigabytes_isRefused() throws Exception {
        machine.post(Bench.packet(1, Bench.PORT, Packet.DATA, -1, 0), new byte[9]);
        assertThat(bench.fault()).contains("promises 4294967295");
    }

    @Test
    void hugePacket_isRefusedBeforeItIsCopied() throws Exception {
        describe(0, buffer(), 1 << 20, 0, 0);
        assertThat(afterOffering(0)).contains("1048576 bytes in a chain");
    }

    @Test
    void bufferTooSmallForAPacket_isRefused() throws Exception {
        // The buffers that were offered before are used up first.
        for (int i = 0; i < FakeMachine.SIZE / 2; i++) {
            machine.send(Bench.packet(i, 4242, Packet.DATA, 0, 0), NOTHING);
            machine.takeWithoutOffering();
        }
        machine.offerBuffer(0, Packet.SIZE - 1);
        machine.post(Bench.packet(1, 4242, Packet.REQUEST, 0, 0), NOTHING);
        assertThat(bench.faultAtAKick()).contains("too small");
    }

    @Test
    void queueOutsideTheMemory_isRefused() throws Exception {
        startAnew(16, 0x1000, 0x2000, 0x3000);
        assertThat(bench.fault()).contains("not in the guest's memory");
    }

    @Test
    void queueOfAnOddSize_isRefused() throws Exception {
        startAnew(17, FakeMachine.at(0, 0), FakeMachine.at(0, 0x1000), FakeMachine.at(0, 0x2000));
        assertThat(bench.fault()).contains("a queue of 17 descriptors");
    }

    @Test
    void queueThatIsNotAligned_isRefused() throws Exception {
        startAnew(16, FakeMachine.at(0, 0), FakeMachine.at(0, 0x1001), FakeMachine.at(0, 0x2000));
        assertThat(bench.fault()).contains("not aligned");
    }

    @Test
    void memoryThatCannotBe_isRefused() throws Exception {
        machine.sendMemory(0, -1, 0, 0);
        assertThat(bench.fault()).contains("size that cannot be");
    }

    @Test
    void guestThatIgnoresItsCredit_losesItsStream() throws Exception {
        try (Channel parent = bench.openFromGuest()) {
            byte[] part = new byte[64 << 10];
            boolean isReset = false;
            for (int i = 0; i < 64 && !isReset; i++) {
                bench.guestSends(part);
                while (machine.hasUsed(FakeMachine.TO_GUEST)) {
                    isReset |= machine.receive(Bench.BUFFER).operation() == Packet.RESET;
                }
            }
            assertThat(isReset).isTrue();
            assertThat(bench.device.streams()).isEmpty();
        }
        assertThat(bench.faults).isEmpty();
    }

    @Test
    void secondRequestOnAStream_endsIt() throws Exception {
        try (Channel parent = bench.openFromGuest()) {
            bench.guestSends(Packet.REQUEST, 0);
            assertThat(machine.receive(Bench.BUFFER).operation()).isEqualTo(Packet.RESET);
            assertThat(parent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void operationsThatDoNotExist_endTheStream() throws Exception {
        for (short operation : new short[] {0, 8, -1}) {
            try (Channel parent = bench.openFromGuest()) {
                bench.guestSends(operation, 0);
                assertThat(machine.receive(Bench.BUFFER).operation()).isEqualTo(Packet.RESET);
                assertThat(parent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
        }
    }

    @Test
    void dataAfterTheAnnouncedEnd_endsTheStream() throws Exception {
        try (Channel parent = bench.openFromGuest()) {
            bench.guestSends(Packet.SHUTDOWN, Packet.NO_SEND);
            bench.guestSends(new byte[] {1});
            assertThat(machine.receive(Bench.BUFFER).operation()).isEqualTo(Packet.RESET);
            assertThat(parent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void guestThatTakesNoAnswers_isNotListenedToForEver() throws Exception {
        // Each packet is refused, and after the first refusals there are no buffers for them.
        for (int i = 0; i < 1024 + FakeMachine.SIZE / 2; i++) {
            machine.send(Bench.packet(i, 4242, Packet.DATA, 0, 0), NOTHING);
        }
        machine.post(Bench.packet(4000, 4242, Packet.DATA, 0, 0), NOTHING);
        bench.device.kicked();
        assertThat(machine.hasUsed(FakeMachine.FROM_GUEST)).isFalse();

        assertThat(machine.receive(Bench.BUFFER).operation()).isEqualTo(Packet.RESET);
        machine.awaitUsed(FakeMachine.FROM_GUEST);
        assertThat(bench.faults).isEmpty();
    }

    @Test
    void moreStreamsThanAllowed_areRefused() throws Exception {
        for (int i = 0; i < 256; i++) {
            machine.send(Bench.packet(i, Bench.PORT, Packet.REQUEST, 0, 0), NOTHING);
            bench.parent.accept();
            assertThat(machine.receive(Bench.BUFFER).operation()).isEqualTo(Packet.RESPONSE);
        }
        machine.send(Bench.packet(256, Bench.PORT, Packet.REQUEST, 0, 0), NOTHING);
        assertThat(machine.receive(Bench.BUFFER).operation()).isEqualTo(Packet.RESET);
        assertThat(bench.device.streams()).hasSize(256);
    }
}
