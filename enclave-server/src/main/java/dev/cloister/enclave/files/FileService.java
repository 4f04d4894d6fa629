package dev.cloister.enclave.files;

import dev.cloister.enclave.posix.Directory;
import dev.cloister.enclave.posix.Errno;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Listener;
import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.libc.SystemCallException;
import dev.cloister.protocol.sync.Sync;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Serves one folder to whoever connects, each client apart from the others. */
public final class FileService implements AutoCloseable {
    private static final Set<Integer> PASSING_FAILURES =
            Set.of(Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM, Errno.ECONNABORTED);
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** For a service that does not know whether a run is under way. */
    static final LongSupplier UNKNOWN = () -> -1;

    private final SyncedFolder folder;
    private final ServiceLimits limits;
    private final BufferPool pool = new BufferPool(Sync.MAX_BODY);
    private final AtomicLong handleNumbers = new AtomicLong();
    private final Set<SyncConnection> connections = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor deadlines;
    private volatile boolean closed;

    /**
     * Serves {@code root}, which must stay open as long as the service is.
     *
     * @param runsEnded how many runs have ended, or -1 while one is under way
     */
    public FileService(Directory root, LongSupplier runsEnded) {
        this(root, runsEnded, ServiceLimits.DEFAULT);
    }

    FileService(Directory root, LongSupplier runsEnded, ServiceLimits limits) {
        this.folder = new SyncedFolder(root, runsEnded);
        this.limits = limits;
        this.deadlines = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("hello-deadline").factory());
        deadlines.setRemoveOnCancelPolicy(true);
        deadlines.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    }

    /**
     * Takes connections until the listener is closed.
     *
     * @throws IOException when the listener fails otherwise
     */
    public void serve(Listener listener) throws IOException {
        while (true) {
            try {
                admit(listener.accept());
            } catch (ClosedChannelException e) {
                return;
            } catch (SystemCallException e) {
                if (!PASSING_FAILURES.contains(e.errno())) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for connections", e);
        }
    }

    private void admit(Channel channel) {
        if (connections.size() >= limits.connections()) {
            channel.close();
            return;
        }
        try {
            channel.setWriteTimeout(limits.write());
            HandleTable handles = new HandleTable(handleNumbers, limits.handles());
            new OneClient(new FrameConnection(channel, Sync.MAX_BODY, pool), handles).start();
        } catch (IOException | OutOfMemoryError e) {
            // The client has gone again, or there is no room for a further one; those that are here go on.
            channel.close();
        }
    }

    /** A connection with its place among the others and its deadline. */
    private final class OneClient {
        private final SyncConnection connection;

        OneClient(FrameConnection frames, HandleTable handles) {
            connection = new SyncConnection(frames, folder, handles, pool, limits.workers(), this::ended);
        }

        void start() {
            connections.add(connection);
            Future<?> deadline =
                    deadlines.schedule(connection::close, limits.hello().toMillis(), TimeUnit.MILLISECONDS);
            connection.start(() -> deadline.cancel(false));
            if (closed) {
                connection.close();
            }
        }

        private void ended() {
            connections.remove(connection);
        }
    }

    /** Ends all connections. Close the listener first, or further ones come. */
    @Override
    public void close() {
        closed = true;
        deadlines.shutdownNow();
        List.copyOf(connections).forEach(SyncConnection::close);
    }
}
