package dev.cloister.enclave.files;

import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.Hello;
import dev.cloister.protocol.sync.Sync;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.SyncReply.Data;
import dev.cloister.protocol.sync.SyncRequest;
import dev.cloister.protocol.sync.SyncRequest.Read;
import dev.cloister.protocol.sync.SyncRequest.Synchronize;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One client. Its workers take turns at the socket: whose turn it is receives a request and carries it out. Before it
 * reads much file data, or waits until some is stored, it passes the turn on if a further request is there, so that
 * these overlap; all others are answered within the turn, which is quicker than waking another thread, and writes also
 * because whatever comes after a write is to be carried out after it. No thread is shared between connections, so a client that leaves its answers lying, or stops in the
 * middle of a frame, holds up nobody else, and no request is taken in that no worker is free for.
 */
final class SyncConnection {
    /** File data up to this size are read within the turn, in bytes. */
    private static final int SHORT = 16 << 10;

    /** How long the next request is looked for before the worker sleeps until it comes. */
    private static final Duration SPIN = Duration.ofNanos(50_000);

    private static final int SOCKET_BUFFER = 1 << 20;
    private static final int STACK_BYTES = 256 << 10;

    private final FrameConnection connection;
    private final HandleTable handles;
    private final RequestHandler handler;
    private final BufferPool pool;
    private final int maxWorkers;
    private final Runnable onEnd;
    private final ReentrantLock turn = new ReentrantLock();
    private int workers;

    /**
     * A connection that has not said hello.
     *
     * @param onEnd run once, after the last worker is done
     */
    SyncConnection(
            FrameConnection connection,
            SyncedFolder folder,
            HandleTable handles,
            BufferPool pool,
            int maxWorkers,
            Runnable onEnd) {
        this.connection = connection;
        this.handles = handles;
        this.handler = new RequestHandler(folder, handles, pool);
        this.pool = pool;
        this.maxWorkers = maxWorkers;
        this.onEnd = onEnd;
    }

    /**
     * Starts to serve, in threads of its own.
     *
     * @param onHello run when the client has said hello
     */
    void start(Runnable onHello) {
        startWorker(() -> {
            Hello.answer(connection, Hello.Service.SYNC, Sync.VERSION);
            onHello.run();
            connection.setSpin(SPIN);
            connection.setBuffers(SOCKET_BUFFER);
        });
    }

    /** Ends it; may be called from any thread, and twice. */
    void close() {
        connection.close();
    }

    private interface FirstStep {
        void run() throws IOException;
    }

    private synchronized void startWorker(FirstStep first) {
        if (workers >= maxWorkers) {
            return;
        }
        Thread thread = new Thread(null, () -> work(first), "sync", STACK_BYTES);
        thread.setDaemon(true);
        workers++;
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            // No further thread to be had: the workers there are go on without it.
            endWorker();
        }
    }

    private void work(FirstStep first) {
        try {
            first.run();
            while (serveOne()) {}
        } catch (IOException | OutOfMemoryError e) {
            // The client is gone, has broken the protocol or wants more than there is: there is nobody to tell.
        } finally {
            connection.close();
            handles.close();
            endWorker();
        }
    }

    private synchronized void endWorker() {
        workers--;
        if (workers == 0) {
            connection.close();
            onEnd.run();
        }
    }

    /** Returns false when the client has ended the connection. */
    private boolean serveOne() throws IOException {
        Frame frame;
        SyncRequest request;
        turn.lock();
        try {
            @Nullable Frame next = connection.receive();
            if (next == null) {
                return false;
            }
            frame = next;
            request = decode(frame);
            if (isShort(request) || !connection.hasReceived()) {
                answer(frame, request);
                return true;
            }
            if (!turn.hasQueuedThreads()) {
                startWorker(() -> {});
            }
        } finally {
            turn.unlock();
        }
        answer(frame, request);
        return true;
    }

    private static SyncRequest decode(Frame frame) throws IOException {
        try {
            return SyncRequest.decode(frame);
        } catch (IOException | RuntimeException e) {
            frame.close();
            throw e;
        }
    }

    private static boolean isShort(SyncRequest request) {
        boolean isLong = (request instanceof Read read && read.length() > SHORT) || request instanceof Synchronize;
        return !isLong;
    }

    private void answer(Frame frame, SyncRequest request) throws IOException {
        try (frame) {
            SyncReply reply = handler.answer(request);
            try {
                connection.send(frame.requestId(), reply);
            } finally {
                if (reply instanceof Data data) {
                    pool.give(data.content());
                }
            }
        }
    }
}
