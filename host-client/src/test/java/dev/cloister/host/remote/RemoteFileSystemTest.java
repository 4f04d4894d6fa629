package dev.cloister.host.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.protocol.frame.FieldWriter;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.Message;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.FileKind;
import dev.cloister.protocol.sync.Sync;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.Timestamp;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a peer that answers as a test says, also wrongly. */
@Timeout(60)
class RemoteFileSystemTest {
    private static final Timestamp TIME = new Timestamp(0, 0);

    @TempDir
    Path folder;

    private final Semaphore losses = new Semaphore(0);
    private final ScriptedPeers peers = new ScriptedPeers();

    private interface Call {
        void on(RemoteFileSystem files) throws FileException;
    }

    private RemoteFileSystem connect(ScriptedPeers.Peer peer) throws Exception {
        return peers.connect(folder, losses::release, peer);
    }

    @AfterEach
    void close() throws Exception {
        peers.close();
    }

    private static SyncReply attributes(long inode) {
        return new SyncReply.Attributes(
                new FileAttributes(FileKind.FILE, 0644, 0, 0, 1, 0, 0, inode, TIME, TIME, TIME));
    }

    private static int errnoOf(RemoteFileSystem files, Call call) {
        try {
            call.on(files);
            return 0;
        } catch (FileException e) {
            return e.errno();
        }
    }

    @Test
    void failure_hasTheEnclavesErrno() throws Exception {
        RemoteFileSystem files = connect(ScriptedPeers.answering(new SyncReply.Failed(28)));
        assertThat(errnoOf(files, f -> f.attributes(SyncPath.ROOT))).isEqualTo(28);
        assertThat(losses.availablePermits()).isZero();
    }

    @Test
    void answersInAnyOrder_reachTheirAskers() throws Exception {
        int count = 32;
        RemoteFileSystem files = connect(connection -> {
            List<int[]> waiting = new ArrayList<>();
            while (waiting.size() < count) {
                try (Frame frame = Objects.requireNonNull(connection.receive())) {
                    waiting.add(
                            new int[] {frame.requestId(), (int) frame.fields().i64()});
                }
            }
            Collections.reverse(waiting);
            for (int[] request : waiting) {
                connection.send(request[0], attributes(request[1]));
            }
        });
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            List<Future<Long>> inodes = new ArrayList<>();
            for (long handle = 0; handle < count; handle++) {
                long asked = handle;
                inodes.add(threads.submit(() -> files.attributes(asked).inode()));
            }
            for (int i = 0; i < count; i++) {
                assertThat(inodes.get(i).get()).isEqualTo(i);
            }
        }
    }

    @Test
    void endOfTheConnection_wakesAllThatWait() throws Exception {
        RemoteFileSystem files = connect(connection -> {
            for (int i = 0; i < 8; i++) {
                ScriptedPeers.nextRequest(connection);
            }
        });
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Integer>> errnos = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                errnos.add(threads.submit(() -> errnoOf(files, f -> f.attributes(SyncPath.ROOT))));
            }
            for (Future<Integer> errno : errnos) {
                assertThat(errno.get()).isEqualTo(FileException.EIO);
            }
        }
        assertThat(errnoOf(files, f -> f.attributes(SyncPath.ROOT))).isEqualTo(FileException.EIO);
        assertThat(errnoOf(files, f -> f.release(1))).isEqualTo(FileException.EIO);
        assertThat(losses.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
        assertThat(losses.availablePermits()).isZero();
    }

    @Test
    void peerThatStopsAnswering_isGivenUp() throws Exception {
        RemoteFileSystem files = peers.connect(
                folder,
                losses::release,
                connection -> {
                    while (true) {
                        int _ = ScriptedPeers.nextRequest(connection);
                    }
                },
                Duration.ofMillis(300));
        assertThat(errnoOf(files, f -> f.attributes(SyncPath.ROOT))).isEqualTo(FileException.EIO);
        assertThat(losses.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void closedByUs_isNoLoss() throws Exception {
        RemoteFileSystem files = connect(ScriptedPeers.answering(new SyncReply.Done()));
        files.close();
        files.close();
        assertThat(errnoOf(files, f -> f.attributes(SyncPath.ROOT))).isEqualTo(FileException.EIO);
        assertThat(losses.availablePermits()).isZero();
    }

    private void assertBroken(ScriptedPeers.Peer peer, Call call) throws Exception {
        RemoteFileSystem files = connect(peer);
        assertThat(errnoOf(files, call)).isEqualTo(FileException.EIO);
        assertThat(errnoOf(files, f -> f.attributes(SyncPath.ROOT))).isEqualTo(FileException.EIO);
        assertThat(losses.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
        assertThat(losses.availablePermits()).isZero();
    }

    @Test
    void answerOfAnotherKind_endsTheConnection() throws Exception {
        assertBroken(ScriptedPeers.answering(new SyncReply.Done()), f -> f.attributes(SyncPath.ROOT));
    }

    @Test
    void answerToNoRequest_endsTheConnection() throws Exception {
        assertBroken(
                connection -> {
                    connection.send(ScriptedPeers.nextRequest(connection) + 1, new SyncReply.Done());
                    ScriptedPeers.nextRequest(connection);
                },
                f -> f.attributes(1));
    }

    @Test
    void moreDataThanAskedFor_endsTheConnection() throws Exception {
        assertBroken(
                ScriptedPeers.answering(new SyncReply.Data(ByteBuffer.allocate(11))),
                RemoteFileSystemTest::readTenBytes);
    }

    private static void readTenBytes(RemoteFileSystem files) throws FileException {
        CompletableFuture<Integer> errno = new CompletableFuture<>();
        files.data().read(1, 0, 10, new DataTaker() {
            @Override
            public void read(ByteBuffer content) {
                errno.complete(0);
            }

            @Override
            public void failed(int error) {
                errno.complete(error);
            }
        });
        files.readAnswers();
        if (errno.join() != 0) {
            throw new FileException(errno.join());
        }
    }

    @Test
    void unknownAnswer_endsTheConnection() throws Exception {
        assertBroken(
                ScriptedPeers.answering(new Message() {
                    @Override
                    public int type() {
                        return 200;
                    }

                    @Override
                    public int encodedSize() {
                        return 4;
                    }

                    @Override
                    public void encode(FieldWriter out) {
                        out.u32(0);
                    }
                }),
                f -> f.attributes(SyncPath.ROOT));
    }

    @Test
    void answerLongerThanAnyShouldBe_endsTheConnection() throws Exception {
        assertBroken(
                ScriptedPeers.answering(new SyncReply.Data(ByteBuffer.allocate(Sync.MAX_DATA))),
                RemoteFileSystemTest::readTenBytes);
    }

    @Test
    void emptyPageThatIsNotTheLast_isAnErrorAndNoLoop() throws Exception {
        RemoteFileSystem files = connect(connection -> {
            connection.send(
                    ScriptedPeers.nextRequest(connection),
                    new SyncReply.Opened(
                            1, new FileAttributes(FileKind.DIRECTORY, 0755, 0, 0, 1, 0, 0, 1, TIME, TIME, TIME), -1));
            while (true) {
                connection.send(ScriptedPeers.nextRequest(connection), new SyncReply.Listing(List.of(), 1, false));
            }
        });
        DirectoryStream stream = files.openDirectory(SyncPath.ROOT);
        assertThatThrownBy(() -> stream.entry(0))
                .isInstanceOfSatisfying(
                        FileException.class, e -> assertThat(e.errno()).isEqualTo(FileException.EIO));
    }
}
