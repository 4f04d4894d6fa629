package dev.cloister.host.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.FileKind;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.SyncRequest;
import dev.cloister.protocol.sync.Timestamp;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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

/** Reads and writes that nobody waits for in the call. */
@Timeout(120)
class FileDataTest {
    private static final int ENOENT = 2;
    private static final int ENOSPC = 28;
    private static final long HANDLE = 7;

    @TempDir
    Path folder;

    private final ScriptedPeers peers = new ScriptedPeers();

    @AfterEach
    void close() throws Exception {
        peers.close();
    }

    private RemoteFileSystem connect(ScriptedPeers.Peer peer) throws Exception {
        return peers.connect(folder, () -> {}, peer);
    }

    /** Answers a request as a function of it. */
    private interface Script {
        SyncReply answer(SyncRequest request) throws IOException;
    }

    private static ScriptedPeers.Peer script(Script script) {
        return connection -> {
            while (true) {
                try (Frame frame = next(connection)) {
                    connection.send(frame.requestId(), script.answer(SyncRequest.decode(frame)));
                }
            }
        };
    }

    private static Frame next(FrameConnection connection) throws IOException {
        Frame frame = connection.receive();
        if (frame == null) {
            throw new EOFException();
        }
        return frame;
    }

    private static CompletableFuture<Integer> write(RemoteFileSystem files, int size, boolean runsAhead) {
        CompletableFuture<Integer> end = new CompletableFuture<>();
        files.data().write(HANDLE, 0, ByteBuffer.allocateDirect(size), runsAhead, end::complete);
        return end;
    }

    private static int settle(RemoteFileSystem files) {
        CompletableFuture<Integer> end = new CompletableFuture<>();
        files.data().settle(HANDLE, end::complete);
        files.readAnswers();
        return end.join();
    }

    private static int synchronize(RemoteFileSystem files) {
        CompletableFuture<Integer> end = new CompletableFuture<>();
        files.data().synchronize(HANDLE, false, end::complete);
        files.readAnswers();
        return end.join();
    }

    /** Each read answers with its offset, as a number. */
    private static CompletableFuture<Long> read(RemoteFileSystem files, long offset) {
        CompletableFuture<Long> end = new CompletableFuture<>();
        files.data().read(HANDLE, offset, 8, new DataTaker() {
            @Override
            public void read(ByteBuffer content) {
                end.complete(content.getLong());
            }

            @Override
            public void failed(int errno) {
                end.complete((long) -errno);
            }
        });
        return end;
    }

    private static SyncReply offsetOf(SyncRequest request) {
        return new SyncReply.Data(ByteBuffer.allocate(8)
                .putLong(((SyncRequest.Read) request).offset())
                .flip());
    }

    private static SyncReply failingWrites(SyncRequest request) {
        return switch (request) {
            case SyncRequest.Write _ -> new SyncReply.Failed(ENOSPC);
            case SyncRequest.GetHandleAttributes _ -> new SyncReply.Failed(ENOENT);
            default -> new SyncReply.Done();
        };
    }

    @Test
    void failureOfAWriteThatRanAhead_isReportedByFsyncAndByClose() throws Exception {
        RemoteFileSystem files = connect(script(FileDataTest::failingWrites));
        assertThat(write(files, 100, true).join()).isZero();
        assertThat(synchronize(files)).isEqualTo(ENOSPC);
        assertThat(synchronize(files)).isZero();
        assertThat(settle(files)).isEqualTo(ENOSPC);
        assertThat(settle(files)).isZero();
    }

    @Test
    void failureOfAWriteThatRanAhead_isReportedByTheNextWriteAndByClose() throws Exception {
        RemoteFileSystem files = connect(script(FileDataTest::failingWrites));
        assertThat(write(files, 100, true).join()).isZero();
        // Its answer comes behind that of the write.
        try {
            long inode = files.attributes(HANDLE).inode();
            throw new AssertionError("attributes of inode " + inode);
        } catch (FileException e) {
            assertThat(e.errno()).isEqualTo(ENOENT);
        }
        assertThat(write(files, 100, true).join()).isEqualTo(ENOSPC);
        assertThat(settle(files)).isEqualTo(ENOSPC);
    }

    @Test
    void failureOfAWriteThatRanAhead_isReportedByCloseAlone() throws Exception {
        RemoteFileSystem files = connect(script(FileDataTest::failingWrites));
        assertThat(write(files, 100, true).join()).isZero();
        assertThat(settle(files)).isEqualTo(ENOSPC);
    }

    @Test
    void writeThatMayNotRunAhead_endsWithItsAnswer() throws Exception {
        Semaphore mayAnswer = new Semaphore(0);
        RemoteFileSystem files = connect(script(request -> {
            mayAnswer.acquireUninterruptibly();
            return failingWrites(request);
        }));
        CompletableFuture<Integer> end = write(files, 100, false);
        assertThat(end).isNotDone();
        mayAnswer.release();
        files.readAnswers();
        assertThat(end.join()).isEqualTo(ENOSPC);
        assertThat(settle(files)).isZero();
    }

    @Test
    void writesBeyondTheBound_waitForTheirAnswers() throws Exception {
        Semaphore mayAnswer = new Semaphore(0);
        RemoteFileSystem files = connect(connection -> {
            // Takes all in, and answers none before it may.
            List<Integer> ids = new ArrayList<>();
            while (ids.size() < 200) {
                ids.add(ScriptedPeers.nextRequest(connection));
            }
            mayAnswer.acquireUninterruptibly();
            for (int id : ids) {
                connection.send(id, new SyncReply.Done());
            }
            ScriptedPeers.answering(new SyncReply.Done()).serve(connection);
        });
        List<CompletableFuture<Integer>> ends = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            ends.add(write(files, 100, true));
        }
        assertThat(ends.stream().filter(CompletableFuture::isDone).count()).isBetween(1L, 100L);
        mayAnswer.release();
        files.readAnswers();
        assertThat(ends).allSatisfy(end -> assertThat(end.join()).isZero());
        assertThat(settle(files)).isZero();
    }

    @Test
    void connectionThatIsCut_failsWhatWasUnderWayAndLater() throws Exception {
        RemoteFileSystem files = connect(connection -> {
            for (int i = 0; i < 3; i++) {
                ScriptedPeers.nextRequest(connection);
            }
        });
        assertThat(write(files, 100, true).join()).isZero();
        assertThat(write(files, 100, true).join()).isZero();
        CompletableFuture<Long> reading = read(files, 1);
        files.readAnswers();
        assertThat(reading.join()).isEqualTo(-FileException.EIO);
        assertThat(settle(files)).isEqualTo(FileException.EIO);
        assertThat(synchronize(files)).isEqualTo(FileException.EIO);
        assertThat(write(files, 100, true).join()).isEqualTo(FileException.EIO);
        assertThat(read(files, 1).join()).isEqualTo(-FileException.EIO);
    }

    @Test
    void connectionThatIsCutWhileNobodyReads_isNoticed() throws Exception {
        CompletableFuture<Boolean> lost = new CompletableFuture<>();
        RemoteFileSystem files = peers.connect(folder, () -> lost.complete(true), _ -> {});
        assertThat(lost.get(60, TimeUnit.SECONDS)).isTrue();
        assertThat(read(files, 1).join()).isEqualTo(-FileException.EIO);
    }

    @Test
    void answersInAnyOrder_reachTheirReaders() throws Exception {
        int count = 50;
        RemoteFileSystem files = connect(connection -> {
            List<int[]> asked = new ArrayList<>();
            while (asked.size() < count) {
                try (Frame frame = next(connection)) {
                    asked.add(
                            new int[] {frame.requestId(), (int) ((SyncRequest.Read) SyncRequest.decode(frame)).offset()
                            });
                }
            }
            Collections.shuffle(asked, new java.util.Random(5));
            for (int[] request : asked) {
                connection.send(request[0], offsetOf(new SyncRequest.Read(HANDLE, request[1], 8)));
            }
        });
        List<CompletableFuture<Long>> ends = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ends.add(read(files, i));
        }
        files.readAnswers();
        for (int i = 0; i < count; i++) {
            assertThat(ends.get(i).join()).isEqualTo(i);
        }
    }

    /** Threads that wait for answers, and answers that no thread waits for, at once: the lead always goes on. */
    @Test
    void waitersAndReaders_allGetTheirAnswers() throws Exception {
        Timestamp time = new Timestamp(0, 0);
        RemoteFileSystem files = connect(script(request -> switch (request) {
            case SyncRequest.Read _ -> offsetOf(request);
            case SyncRequest.GetHandleAttributes r ->
                new SyncReply.Attributes(
                        new FileAttributes(FileKind.FILE, 0644, 0, 0, 1, 0, 0, r.handle(), time, time, time));
            default -> new SyncReply.Done();
        }));
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Boolean>> ends = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                long number = thread;
                ends.add(threads.submit(() -> {
                    for (int i = 0; i < 500; i++) {
                        long key = number * 1000 + i;
                        CompletableFuture<Long> reading = read(files, key);
                        assertThat(files.attributes(key).inode()).isEqualTo(key);
                        files.readAnswers();
                        assertThat(reading.get(60, TimeUnit.SECONDS)).isEqualTo(key);
                    }
                    return true;
                }));
            }
            for (Future<Boolean> end : ends) {
                assertThat(end.get()).isTrue();
            }
        }
    }
}
