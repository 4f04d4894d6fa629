package dev.cloister.host.remote;

import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.ProtocolException;
import dev.cloister.protocol.sync.SyncRequest;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Any number of requests at once over one connection, each with an id of its own. There is no thread that hands out
 * answers, because waking another thread takes longer than an answer: of the threads that wait, one leads, which is to
 * read the socket; it hands out what is the others', and passes the lead on when its own answer has come. When the
 * connection ends, all that wait are told at once, and so is everyone who comes later.
 */
final class SyncConnection implements Closeable, StallWatch.Watched {
    /** About as long as an enclave takes for a short request. */
    private static final Duration SPIN = Duration.ofNanos(50_000);

    private static final int SOCKET_BUFFER = 1 << 20;
    private static final Duration PAUSE = Duration.ofMillis(1);

    private final FrameConnection connection;
    private final Map<Integer, Answer> pending = new ConcurrentHashMap<>();
    private final AtomicInteger lastId = new AtomicInteger();
    private final AtomicInteger urgent = new AtomicInteger();
    /** Threads in {@link #ask}. */
    private final AtomicInteger waiting = new AtomicInteger();

    private final AtomicBoolean hasLeader = new AtomicBoolean();
    private final Queue<Waiter> sleepers = new ConcurrentLinkedQueue<>();
    private final Runnable onLoss;
    private final AtomicLong answers = new AtomicLong();
    private volatile @Nullable IOException ended;

    /**
     * Takes over a connection that has said hello.
     *
     * @param onLoss called once if it ends otherwise than by {@link #close}
     * @param patience how long the enclave may leave everybody waiting before it is given up
     */
    SyncConnection(FrameConnection connection, Runnable onLoss, Duration patience) throws IOException {
        this.connection = connection;
        this.onLoss = onLoss;
        connection.setSpin(SPIN);
        connection.setBuffers(SOCKET_BUFFER);
        connection.setWriteTimeout(patience);
        Thread.ofPlatform().daemon().name("sync-hang-up").start(this::watch);
        StallWatch.start(this, patience);
    }

    /**
     * Asks and waits.
     *
     * @return the answer, which the caller closes
     * @throws IOException when the connection has ended or ends meanwhile
     */
    Frame ask(SyncRequest request) throws IOException {
        Waiter waiter = new Waiter(Thread.currentThread());
        waiting.incrementAndGet();
        try {
            send(request, waiter);
            await(waiter);
        } finally {
            waiting.decrementAndGet();
        }
        // The lead may have been passed to this thread although its answer was there already.
        wakeNextIfNobodyLeads();
        if (!(Thread.currentThread() instanceof AnswerReader)) {
            readUrgent();
        }
        return waiter.result();
    }

    private void await(Waiter waiter) {
        while (!waiter.isDone()) {
            if (hasLeader.compareAndSet(false, true)) {
                lead(() -> !waiter.isDone());
            } else {
                sleepers.add(waiter);
                if (!waiter.isDone() && hasLeader.get()) {
                    LockSupport.park(this);
                }
                sleepers.remove(waiter);
            }
        }
    }

    /** Reads answers as long as there is an urgent one, unless another thread does so already. */
    void readUrgent() {
        while (urgent.get() > 0 && hasLeader.compareAndSet(false, true)) {
            lead(() -> urgent.get() > 0);
        }
    }

    /** Reads those answers that have come, unless another thread reads. */
    void readArrived() {
        if (hasLeader.compareAndSet(false, true)) {
            lead(this::hasArrived);
        }
    }

    private boolean hasArrived() {
        try {
            return !pending.isEmpty() && connection.hasReceived();
        } catch (IOException e) {
            lose(e);
            return false;
        }
    }

    /** Counts something that waits for answers which were not urgent when they were asked for. */
    void hurry() {
        urgent.incrementAndGet();
    }

    /** Ends what {@link #hurry} has begun. */
    void calm() {
        urgent.decrementAndGet();
    }

    /**
     * Sends a request and returns.
     *
     * @throws IOException when the connection has ended; then the answer is told nothing
     */
    void send(SyncRequest request, Answer answer) throws IOException {
        int id = lastId.incrementAndGet();
        if (answer.isUrgent()) {
            urgent.incrementAndGet();
        }
        pending.put(id, answer);
        // Looked at after the put, so that either this sees the end or the end sees the put.
        IOException why = ended;
        try {
            if (why != null) {
                throw why;
            }
            connection.send(id, request);
        } catch (IOException e) {
            boolean isUntold = take(id) != null;
            lose(e);
            if (isUntold) {
                throw e;
            }
        }
    }

    private @Nullable Answer take(int id) {
        Answer answer = pending.remove(id);
        if (answer != null && answer.isUrgent()) {
            urgent.decrementAndGet();
        }
        return answer;
    }

    private interface Condition {
        boolean holds();
    }

    /** For whoever has set {@link #hasLeader}. */
    private void lead(Condition goOn) {
        try {
            while (goOn.holds()) {
                readOne();
            }
        } finally {
            hasLeader.set(false);
            wakeNextIfNobodyLeads();
        }
    }

    private void wakeNextIfNobodyLeads() {
        Waiter next = hasLeader.get() ? null : sleepers.peek();
        if (next != null) {
            LockSupport.unpark(next.thread);
        }
    }

    private void readOne() {
        try {
            Frame frame = connection.receive();
            if (frame == null) {
                throw new IOException("the enclave closed the connection");
            }
            answers.incrementAndGet();
            Answer answer = take(frame.requestId());
            if (answer == null) {
                frame.close();
                throw new ProtocolException("an answer to no request");
            }
            answer.arrived(frame);
        } catch (IOException e) {
            lose(e);
        } catch (RuntimeException | Error e) {
            // Whoever waited for this would wait for ever.
            lose(new IOException("an answer could not be taken", e));
        }
    }

    /** Notices that the peer is gone while nobody asks anything. */
    private void watch() {
        try {
            connection.awaitHangUp();
            while (ended == null) {
                // What came before the end is still read; a leader, if there is one, does so.
                if (hasLeader.compareAndSet(false, true)) {
                    lead(() -> ended == null);
                }
                Thread.sleep(PAUSE);
            }
        } catch (IOException e) {
            lose(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isOpen() {
        return ended == null;
    }

    @Override
    public boolean isWaiting() {
        return urgent.get() > 0 || waiting.get() > 0;
    }

    @Override
    public long answers() {
        return answers.get();
    }

    @Override
    public void probe() throws IOException {
        send(new SyncRequest.GetFileSystem(), new Answer() {
            @Override
            public void arrived(Frame frame) {
                frame.close();
            }

            @Override
            public void lost(IOException why) {
                // Whoever waits for more than this is told.
            }

            @Override
            public boolean isUrgent() {
                return false;
            }
        });
    }

    /** Ends the connection because the peer does not keep to the protocol, or is gone. */
    @Override
    public void lose(IOException why) {
        if (end(why)) {
            onLoss.run();
        }
    }

    private boolean end(IOException why) {
        synchronized (this) {
            if (ended != null) {
                return false;
            }
            ended = why;
        }
        connection.close();
        for (Integer id : List.copyOf(pending.keySet())) {
            Answer answer = take(id);
            if (answer != null) {
                answer.lost(why);
            }
        }
        return true;
    }

    @Override
    public void close() {
        boolean _ = end(new IOException("the connection was closed"));
    }

    /** A thread that waits for its answer. */
    private static final class Waiter implements Answer {
        private final Thread thread;
        private volatile @Nullable Frame frame;
        private volatile @Nullable IOException failure;

        Waiter(Thread thread) {
            this.thread = thread;
        }

        boolean isDone() {
            return frame != null || failure != null;
        }

        Frame result() throws IOException {
            Frame answer = frame;
            if (answer != null) {
                return answer;
            }
            throw new IOException("the connection has ended", failure);
        }

        @Override
        public void arrived(Frame answer) {
            frame = answer;
            wake();
        }

        @Override
        public void lost(IOException why) {
            failure = why;
            wake();
        }

        private void wake() {
            if (!thread.equals(Thread.currentThread())) {
                LockSupport.unpark(thread);
            }
        }

        @Override
        public boolean isUrgent() {
            return false;
        }
    }
}
