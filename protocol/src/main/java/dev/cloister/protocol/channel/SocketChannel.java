package dev.cloister.protocol.channel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A connected socket of either family. Heap buffers pass through native memory of this channel's own. */
final class SocketChannel implements Channel {
    private static final int STAGING_BYTES = 64 << 10;
    private static final int MAX_VECTORS = 8;

    private final Descriptor socket;
    private final Arena arena = Arena.ofAuto();
    private final Object readLock = new Object();
    private final Object writeLock = new Object();
    private final MemorySegment vectors = Sockets.ioVectors(arena, MAX_VECTORS);
    private final MemorySegment message = Sockets.messageHeader(arena, vectors);
    private @Nullable ByteBuffer readStaging;
    private @Nullable ByteBuffer writeStaging;

    SocketChannel(Descriptor socket) {
        this.socket = socket;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!target.hasRemaining()) {
            return 0;
        }
        synchronized (readLock) {
            if (target.isDirect()) {
                long count = Sockets.read(socket, MemorySegment.ofBuffer(target), target.remaining());
                target.position(target.position() + (int) count);
                return count == 0 ? -1 : (int) count;
            }
            readStaging = readStaging == null ? ByteBuffer.allocateDirect(STAGING_BYTES) : readStaging;
            int wanted = Math.min(target.remaining(), STAGING_BYTES);
            long count = Sockets.read(socket, MemorySegment.ofBuffer(readStaging.clear()), wanted);
            target.put(readStaging.limit((int) count));
            return count == 0 ? -1 : (int) count;
        }
    }

    @Override
    public int readNow(ByteBuffer target) throws IOException {
        if (!target.isDirect()) {
            throw new IllegalArgumentException("only direct buffers are read without waiting");
        }
        synchronized (readLock) {
            long count = Sockets.readNow(socket, MemorySegment.ofBuffer(target), target.remaining());
            if (count <= 0) {
                return count == 0 && target.hasRemaining() ? -1 : 0;
            }
            target.position(target.position() + (int) count);
            return (int) count;
        }
    }

    @Override
    public void awaitHangUp() throws IOException {
        Sockets.awaitHangUp(socket);
    }

    @Override
    public void write(ByteBuffer... sources) throws IOException {
        synchronized (writeLock) {
            for (int first = 0; first < sources.length; first += MAX_VECTORS) {
                writeVectors(sources, first, Math.min(sources.length, first + MAX_VECTORS));
            }
        }
    }

    private void writeVectors(ByteBuffer[] sources, int first, int end) throws IOException {
        int next = first;
        while (next < end) {
            if (!sources[next].hasRemaining()) {
                next++;
            } else if (sources[next].isDirect()) {
                sendDirect(sources, next, end);
            } else {
                sendStaged(sources[next]);
            }
        }
    }

    /** Sends the run of direct buffers that starts at {@code first} with one call, as far as the socket takes it. */
    private void sendDirect(ByteBuffer[] sources, int first, int end) throws IOException {
        int count = 0;
        for (int i = first; i < end && sources[i].isDirect(); i++) {
            Sockets.setIoVector(vectors, count++, MemorySegment.ofBuffer(sources[i]), sources[i].remaining());
        }
        long sent = Sockets.send(socket, Sockets.withVectorCount(message, count));
        for (int i = first; i < first + count; i++) {
            int taken = (int) Math.min(sent, sources[i].remaining());
            sources[i].position(sources[i].position() + taken);
            sent -= taken;
        }
    }

    private void sendStaged(ByteBuffer source) throws IOException {
        writeStaging = writeStaging == null ? ByteBuffer.allocateDirect(STAGING_BYTES) : writeStaging;
        int length = Math.min(source.remaining(), STAGING_BYTES);
        writeStaging.clear().put(source.slice(source.position(), length)).flip();
        Sockets.setIoVector(vectors, 0, MemorySegment.ofBuffer(writeStaging), length);
        long sent = Sockets.send(socket, Sockets.withVectorCount(message, 1));
        source.position(source.position() + (int) sent);
    }

    @Override
    public void shutdownOutput() throws IOException {
        Sockets.shutdownOutput(socket);
    }

    @Override
    public void setBuffers(int bytes) throws IOException {
        Sockets.setBuffers(socket, bytes);
    }

    @Override
    public void setReadTimeout(Duration timeout) throws IOException {
        Sockets.setReadTimeout(socket, timeout);
    }

    @Override
    public void setWriteTimeout(Duration timeout) throws IOException {
        Sockets.setWriteTimeout(socket, timeout);
    }

    @Override
    public void close() {
        socket.close();
    }
}
