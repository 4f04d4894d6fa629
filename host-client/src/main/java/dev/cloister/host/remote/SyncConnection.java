package dev.cloister.host.remote;

import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.ProtocolException;
import dev.cloister.protocol.sync.SyncRequest;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Any number of requests at once over one connection: each has an id of its own, and a thread that reads the answers
 * hands them out. When the connection ends, all that wait are told at once, and so is everyone who comes later.
 */
final class SyncConnection implements Closeable {
    private final FrameConnection connection;
    private final Map<Integer, CompletableFuture<Frame>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger lastId = new AtomicInteger();
    private final Runnable onLoss;
    private volatile @Nullable IOException ended;

    /**
     * Takes over a connection that has said hello.
     *
     * @param onLoss called once if it ends otherwise than by {@link #close}
     */
    SyncConnection(FrameConnection connection, Runnable onLoss) {
        this.connection = connection;
        this.onLoss = onLoss;
        Thread.ofPlatform().daemon().name("sync-answers").start(this::readAnswers);
    }

    /**
     * Asks and waits.
     *
     * @return the answer, which the caller closes
     * @throws IOException when the connection has ended or ends meanwhile
     */
    Frame ask(SyncRequest request) throws IOException {
        try {
            return send(request).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException lost ? lost : new IOException(e.getCause());
        }
    }

    /** Sends a request whose answer does not matter. */
    void tell(SyncRequest request) throws IOException {
        // A frame dropped on failure has no memory to give back, so only the answer is looked at.
        CompletableFuture<Void> _ = send(request).thenAccept(Frame::close);
    }

    private CompletableFuture<Frame> send(SyncRequest request) throws IOException {
        int id = lastId.incrementAndGet();
        CompletableFuture<Frame> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        // Looked at after the put, so that either this sees the end or the end sees the put.
        IOException why = ended;
        if (why != null) {
            waiting.remove(id);
            throw why;
        }
        try {
            connection.send(id, request);
            return answer;
        } catch (IOException e) {
            waiting.remove(id);
            lose(e);
            throw e;
        }
    }

    private void readAnswers() {
        try {
            while (true) {
                Frame frame = connection.receive();
                if (frame == null) {
                    throw new IOException("the enclave closed the connection");
                }
                CompletableFuture<Frame> answer = waiting.remove(frame.requestId());
                if (answer == null) {
                    frame.close();
                    throw new ProtocolException("an answer to no request");
                }
                answer.complete(frame);
            }
        } catch (IOException e) {
            lose(e);
        }
    }

    /** Ends the connection because the peer does not keep to the protocol, or is gone. */
    void lose(IOException why) {
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
        waiting.values().forEach(answer -> answer.completeExceptionally(why));
        waiting.clear();
        return true;
    }

    @Override
    public void close() {
        boolean _ = end(new IOException("the connection was closed"));
    }
}
