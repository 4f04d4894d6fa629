package dev.cloister.local.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a well-behaved guest gets: streams both ways, each with its own credit and its own end. */
class VsockDeviceTest {
    private static final byte[] NOTHING = {};

    private final Bench bench;

    VsockDeviceTest(@TempDir Path folder) throws Exception {
        bench = Bench.running(folder);
    }

    @BeforeEach
    void nothingIsWrong() {
        assertThat(bench.faults).isEmpty();
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @Test
    void configuration_holdsTheGuestsCid() throws Exception {
        // Offset 0, size 8, flags 0, and room for the answer.
        bench.machine.sendWith(new int[0], VhostMessage.GET_CONFIG, 8L << 32, 0, 0);
        long[] answer = bench.machine.answer(3);
        assertThat(answer[1] >>> 32 | answer[2] << 32).isEqualTo(FakeMachine.GUEST_CID);
    }

    @Test
    void guestsStream_carriesBytesBothWays() throws Exception {
        try (Channel parent = bench.openFromGuest()) {
            bench.guestSends("question".getBytes(StandardCharsets.US_ASCII));
            assertThat(read(parent, 8)).asString().isEqualTo("question");
            parent.write(ByteBuffer.wrap("answer".getBytes(StandardCharsets.US_ASCII)));
            assertThat(bench.machine.receiveData(6, Bench.BUFFER)).asString().isEqualTo("answer");
        }
    }

    @Test
    void portWhereNobodyListens_isRefused() throws Exception {
        bench.machine.send(Bench.packet(1, 4242, Packet.REQUEST, 0, 0), NOTHING);
        FakeMachine.Received refused = bench.machine.receive(Bench.BUFFER);
        assertThat(refused.operation()).isEqualTo(Packet.RESET);
        assertThat(refused.packet().sourcePort()).isEqualTo(4242);
        assertThat(refused.packet().destinationPort()).isEqualTo(1);
    }

    @Test
    void otherPeersAndKindsOfSockets_areRefused() throws Exception {
        Packet fine = Bench.packet(1, Bench.PORT, Packet.REQUEST, 0, 0);
        Packet toHost = new Packet(fine.sourceCid(), 2, 1, Bench.PORT, 0, (short) 1, Packet.REQUEST, 0, 9, 0);
        Packet forged = new Packet(17, fine.destinationCid(), 1, Bench.PORT, 0, (short) 1, Packet.REQUEST, 0, 9, 0);
        Packet datagram = new Packet(16, fine.destinationCid(), 1, Bench.PORT, 0, (short) 3, Packet.REQUEST, 0, 9, 0);
        for (Packet packet : new Packet[] {toHost, forged, datagram}) {
            bench.machine.send(packet, NOTHING);
            assertThat(bench.machine.receive(Bench.BUFFER).operation()).isEqualTo(Packet.RESET);
        }
        assertThat(bench.device.streams()).isEmpty();
    }

    @Test
    void hostsConnection_reachesTheGuestsPort() throws Exception {
        bench.ports.offer(bench.device, Bench.GUEST_PORT);
        try (Channel client = Channels.connect(bench.folder.enclavePort(Bench.GUEST_PORT), Duration.ofSeconds(60))) {
            client.setReadTimeout(Duration.ofSeconds(60));
            FakeMachine.Received request = bench.machine.receive(Bench.BUFFER);
            assertThat(request.operation()).isEqualTo(Packet.REQUEST);
            assertThat(request.packet().destinationPort()).isEqualTo(Bench.GUEST_PORT);
            int port = request.packet().sourcePort();
            bench.machine.send(Bench.packet(Bench.GUEST_PORT, port, Packet.RESPONSE, 0, 0), NOTHING);
            client.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertThat(bench.machine.receiveData(3, Bench.BUFFER)).containsExactly(1, 2, 3);
            bench.machine.send(Bench.packet(Bench.GUEST_PORT, port, Packet.DATA, 2, 0), new byte[] {4, 5});
            assertThat(read(client, 2)).containsExactly(4, 5);
        }
    }

    @Test
    void guestThatDoesNotListen_closesTheHostsConnection() throws Exception {
        bench.ports.offer(bench.device, Bench.GUEST_PORT);
        try (Channel client = Channels.connect(bench.folder.enclavePort(Bench.GUEST_PORT), Duration.ofSeconds(60))) {
            client.setReadTimeout(Duration.ofSeconds(60));
            int port = bench.machine.receive(Bench.BUFFER).packet().sourcePort();
            bench.machine.send(Bench.packet(Bench.GUEST_PORT, port, Packet.RESET, 0, 0), NOTHING);
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void guestThatHasSentAll_stillReceives() throws Exception {
        try (Channel parent = bench.openFromGuest()) {
            bench.guestSends(new byte[] {7});
            bench.guestSends(Packet.SHUTDOWN, Packet.NO_SEND);
            assertThat(read(parent, 1)).containsExactly(7);
            assertThat(parent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            parent.write(ByteBuffer.wrap(new byte[] {8}));
            assertThat(bench.machine.receiveData(1, Bench.BUFFER)).containsExactly(8);
        }
        assertThat(bench.machine.receive(Bench.BUFFER).operation()).isEqualTo(Packet.RESET);
        assertThat(bench.device.streams()).isEmpty();
    }

    @Test
    void hostThatHasSentAll_stillReceives() throws Exception {
        try (Channel parent = bench.openFromGuest()) {
            parent.write(ByteBuffer.wrap(new byte[] {1}));
            parent.shutdownOutput();
            assertThat(bench.machine.receiveData(1, Bench.BUFFER)).containsExactly(1);
            FakeMachine.Received end = bench.machine.receive(Bench.BUFFER);
            assertThat(end.operation()).isEqualTo(Packet.SHUTDOWN);
            assertThat(end.packet().flags()).isEqualTo(Packet.NO_SEND);
            bench.guestSends(new byte[] {2, 3});
            assertThat(read(parent, 2)).containsExactly(2, 3);
            bench.guestSends(Packet.SHUTDOWN, Packet.NO_SEND | Packet.NO_RECEIVE);
            assertThat(bench.machine.receive(Bench.BUFFER).operation()).isEqualTo(Packet.RESET);
            assertThat(parent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void guestsCredit_isHeeded() throws Exception {
        bench.machine.send(Bench.credit(Bench.GUEST_PORT, Bench.PORT, Packet.REQUEST, 0, 0, 1000, 0), NOTHING);
        try (Channel parent = bench.parent.accept()) {
            assertThat(bench.machine.receive(Bench.BUFFER).operation()).isEqualTo(Packet.RESPONSE);
            byte[] bytes = new byte[2500];
            new Random(1).nextBytes(bytes);
            parent.write(ByteBuffer.wrap(bytes));
            byte[] first = bench.machine.receiveData(1000, Bench.BUFFER);
            assertThat(first).hasSize(1000).isEqualTo(java.util.Arrays.copyOf(bytes, 1000));
            bench.machine.send(
                    Bench.credit(Bench.GUEST_PORT, Bench.PORT, Packet.CREDIT_UPDATE, 0, 0, 1000, 1000), NOTHING);
            assertThat(bench.machine.receiveData(1000, Bench.BUFFER)).hasSize(1000);
            bench.machine.send(
                    Bench.credit(Bench.GUEST_PORT, Bench.PORT, Packet.CREDIT_UPDATE, 0, 0, 1000, 2000), NOTHING);
            assertThat(bench.machine.receiveData(500, Bench.BUFFER))
                    .isEqualTo(java.util.Arrays.copyOfRange(bytes, 2000, 2500));
        }
    }

    @Test
    void hostThatTakesNothing_givesTheGuestNoCredit_andGetsAllInTheEnd() throws Exception {
        try (Channel parent = bench.openFromGuest()) {
            byte[] part = new byte[16 << 10];
            new Random(2).nextBytes(part);
            int sent = 0;
            int forwarded = 0;
            // The socket's own buffer takes some; then the device's fills, and no more credit comes.
            while (sent - forwarded + part.length <= VsockStream.ROOM && sent < 64 << 20) {
                bench.guestSends(part);
                sent += part.length;
                while (bench.machine.hasUsed(FakeMachine.TO_GUEST)) {
                    forwarded = bench.machine.receive(Bench.BUFFER).packet().forwarded();
                }
                if (sent - forwarded + part.length > VsockStream.ROOM) {
                    forwarded = askForCredit();
                }
            }
            assertThat(sent).isLessThan(64 << 20);
            for (int got = 0; got < sent; got += part.length) {
                assertThat(read(parent, part.length)).isEqualTo(part);
            }
        }
    }

    private int askForCredit() throws Exception {
        bench.guestSends(Packet.CREDIT_REQUEST, 0);
        return bench.machine.receive(Bench.BUFFER).packet().forwarded();
    }

    @Test
    void guestWithoutBuffers_getsEverythingOnceItHasSome() throws Exception {
        try (Channel parent = bench.openFromGuest()) {
            byte[] bytes = new byte[200_000];
            new Random(3).nextBytes(bytes);
            CompletableFuture<Void> written = CompletableFuture.runAsync(() -> {
                try {
                    parent.write(ByteBuffer.wrap(bytes));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(bench.machine.receiveData(bytes.length, Bench.BUFFER)).isEqualTo(bytes);
            written.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void machineThatEnds_closesEveryConnection() throws Exception {
        Channel parent = bench.openFromGuest();
        bench.machine.close();
        assertThat(parent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        assertThatThrownBy(() -> bench.device.open(1, parent)).isInstanceOf(IOException.class);
    }

    @Test
    void machineThatStops_isToldHowFarItsQueuesHaveCome() throws Exception {
        bench.openFromGuest().close();
        bench.machine.receive(Bench.BUFFER);
        assertThat(bench.machine.ask(VhostMessage.GET_VRING_BASE, FakeMachine.FROM_GUEST) >>> 32)
                .isEqualTo(1);
        assertThat(bench.device.streams()).isEmpty();
    }

    private static byte[] read(Channel channel, int count) throws IOException {
        byte[] bytes = channel.input().readNBytes(count);
        assertThat(bytes).hasSize(count);
        return bytes;
    }
}
