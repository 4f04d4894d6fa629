package dev.cloister.enclave.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.sync.Sync;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.SyncRequest;
import dev.cloister.protocol.sync.SyncRequest.Close;
import dev.cloister.protocol.sync.SyncRequest.GetAttributes;
import dev.cloister.protocol.sync.SyncRequest.Read;
import dev.cloister.protocol.sync.SyncRequest.Write;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What one client does or leaves undone is no matter of another's; requests of one client overlap. */
@Timeout(60)
class StalledClientTest {
    private static final byte[] HELLO = HexFormat.of().parseHex("0000000e0100000000434c4f490000010001");
    private static final ServiceLimits IMPATIENT =
            new ServiceLimits(4, 2, 100, Duration.ofMillis(300), Duration.ofMillis(300));

    @TempDir
    private Path base;

    private static void assertServes(ServedFolder served) throws IOException {
        try (SyncClient client = served.client()) {
            client.put("a", "hello");
            assertThat(client.get("a")).isEqualTo("hello");
        }
    }

    /** Asks for more than any socket holds, and takes none of it. */
    private static void askWithoutTaking(SyncClient client, int requests) throws IOException {
        long handle = client.open("big", SyncClient.CREATE);
        client.done(new Write(handle, 0, ByteBuffer.allocate(Sync.MAX_DATA)));
        for (int i = 0; i < requests; i++) {
            client.connection().send(i, new Read(handle, 0, Sync.MAX_DATA));
        }
    }

    @Test
    void clientsThatTakeNoAnswers_holdUpNobody() throws Exception {
        try (ServedFolder served = new ServedFolder(base)) {
            List<SyncClient> stalled = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                stalled.add(served.client());
                askWithoutTaking(stalled.getLast(), 20);
            }
            assertServes(served);
            stalled.forEach(SyncClient::close);
        }
    }

    @Test
    void clientInTheMiddleOfAFrame_holdsUpNobody() throws Exception {
        try (ServedFolder served = new ServedFolder(base);
                Channel inHello = served.channel();
                Channel inFrame = served.channel();
                Channel idle = served.channel()) {
            inHello.output().write(HELLO, 0, 7);
            idle.output().write(HELLO);
            inFrame.output().write(HELLO);
            inFrame.output().write(new byte[] {0, 1, 0, 0, 24, 0});
            assertServes(served);
        }
    }

    @Test
    void clientThatTakesNoAnswers_isCutOffInTheEnd() throws Exception {
        try (ServedFolder served = new ServedFolder(base, IMPATIENT);
                SyncClient client = served.client()) {
            askWithoutTaking(client, 20);
            awaitFreePlaces(served, IMPATIENT.connections());
            assertServes(served);
        }
    }

    @Test
    void clientWithoutHello_isCutOffWhateverItDribbles() throws Exception {
        try (ServedFolder served = new ServedFolder(base, IMPATIENT);
                Channel silent = served.channel();
                Channel dribbling = served.channel()) {
            long start = System.nanoTime();
            try {
                for (int i = 0; i < 6; i++) {
                    dribbling.output().write(HELLO, i, 1);
                    Thread.sleep(40);
                }
            } catch (IOException cutOff) {
                // On a slow machine the deadline passes before the last byte.
            }
            assertThat(silent.input().readAllBytes()).isEmpty();
            assertThat(dribbling.input().readAllBytes()).isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void clientThatSaidHello_mayIdle() throws Exception {
        try (ServedFolder served = new ServedFolder(base, IMPATIENT);
                SyncClient client = served.client()) {
            Thread.sleep(IMPATIENT.hello().multipliedBy(3));
            client.put("a", "hello");
            assertThat(client.get("a")).isEqualTo("hello");
        }
    }

    @Test
    void connectionsBeyondTheLimit_areClosedAndPlacesComeFree() throws Exception {
        try (ServedFolder served = new ServedFolder(base, IMPATIENT)) {
            List<SyncClient> clients = new ArrayList<>();
            for (int i = 0; i < IMPATIENT.connections(); i++) {
                clients.add(served.client());
            }
            try (Channel refused = served.channel()) {
                assertThat(refused.input().readAllBytes()).isEmpty();
            }
            clients.forEach(SyncClient::close);
            awaitFreePlaces(served, IMPATIENT.connections());
        }
    }

    /** Waits until that many clients are let in at a time. */
    private static void awaitFreePlaces(ServedFolder served, int places) throws Exception {
        List<SyncClient> clients = new ArrayList<>();
        while (clients.size() < places) {
            try {
                clients.add(served.client());
            } catch (IOException full) {
                clients.forEach(SyncClient::close);
                clients.clear();
                Thread.sleep(20);
            }
        }
        clients.forEach(SyncClient::close);
        Thread.sleep(100);
    }

    @Test
    void endedConnection_closesItsFiles() throws Exception {
        try (ServedFolder served = new ServedFolder(base)) {
            assertServes(served);
            long before = openFilesUnder(served.root());
            SyncClient client = served.client();
            for (int i = 0; i < 50; i++) {
                long _ = client.open("a", SyncClient.READ);
                long _ = client.openDirectory("");
            }
            assertThat(openFilesUnder(served.root())).isEqualTo(before + 100);
            client.close();
            while (openFilesUnder(served.root()) > before) {
                Thread.sleep(10);
            }
        }
    }

    private static long openFilesUnder(Path root) throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(descriptor -> isUnder(descriptor, root)).count();
        }
    }

    private static boolean isUnder(Path descriptor, Path root) {
        try {
            return Files.readSymbolicLink(descriptor).startsWith(root);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    @Test
    void pipelinedRequests_areAllAnsweredOnce() throws Exception {
        try (ServedFolder served = new ServedFolder(base);
                SyncClient client = served.client()) {
            long handle = client.open("a", SyncClient.CREATE);
            int pieces = 200;
            int length = 50_000;
            Thread sender = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < pieces; i++) {
                    send(client, i, new Write(handle, (long) i * length, piece(i, length)));
                }
            });
            assertAnswered(client, pieces, new SyncReply.Done());
            sender.join();
            Thread reader = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < pieces; i++) {
                    send(client, i, new Read(handle, (long) i * length, length));
                }
            });
            Map<Integer, Integer> seen = new HashMap<>();
            for (int i = 0; i < pieces; i++) {
                try (Frame frame = Objects.requireNonNull(client.connection().receive())) {
                    assertThat(SyncReply.decode(frame)).isEqualTo(new SyncReply.Data(piece(frame.requestId(), length)));
                    seen.merge(frame.requestId(), 1, Integer::sum);
                }
            }
            reader.join();
            assertThat(seen).hasSize(pieces);
        }
    }

    /** A close that is sent right behind reads may overtake them, but not take the file from under them. */
    @Test
    void closeBehindReads_leavesThemWholeOrUnknown() throws Exception {
        try (ServedFolder served = new ServedFolder(base);
                SyncClient client = served.client()) {
            client.put("b", "other");
            ByteBuffer content = piece(5, 100_000);
            for (int round = 0; round < 200; round++) {
                long handle = client.open("a", SyncClient.CREATE);
                client.done(new Write(handle, 0, content));
                for (int i = 0; i < 4; i++) {
                    client.connection().send(i, new Read(handle, 0, 100_000));
                }
                client.connection().send(4, new Close(handle));
                client.connection().send(5, new GetAttributes(SyncPath.of("b")));
                for (int i = 0; i < 6; i++) {
                    try (Frame frame =
                            Objects.requireNonNull(client.connection().receive())) {
                        SyncReply reply = SyncReply.decode(frame);
                        if (frame.requestId() < 4) {
                            assertThat(reply).isIn(new SyncReply.Data(content), new SyncReply.Failed(9));
                        }
                    }
                }
            }
        }
    }

    private static void assertAnswered(SyncClient client, int count, SyncReply expected) throws IOException {
        List<Integer> answered = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            try (Frame frame = Objects.requireNonNull(client.connection().receive())) {
                assertThat(SyncReply.decode(frame)).isEqualTo(expected);
                answered.add(frame.requestId());
            }
        }
        assertThat(answered).doesNotHaveDuplicates();
    }

    private static void send(SyncClient client, int id, SyncRequest request) {
        try {
            client.connection().send(id, request);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer piece(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }
}
