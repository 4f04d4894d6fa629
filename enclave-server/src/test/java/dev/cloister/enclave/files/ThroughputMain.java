package dev.cloister.enclave.files;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.SyncRequest;
import dev.cloister.protocol.sync.SyncRequest.Close;
import dev.cloister.protocol.sync.SyncRequest.GetAttributes;
import dev.cloister.protocol.sync.SyncRequest.Read;
import dev.cloister.protocol.sync.SyncRequest.RemoveFile;
import dev.cloister.protocol.sync.SyncRequest.Write;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;

/**
 * Measures a running file service: {@code ThroughputMain ADDRESS [ROUNDS]}. Prints MiB/s and requests per second, for one
 * request at a time and for sixteen under way.
 */
final class ThroughputMain {
    private static final int BLOCK = 128 << 10;
    private static final int BLOCKS = 4096;
    private static final int SMALL = 50_000;
    private static final int UNDER_WAY = 16;

    private final FrameConnection connection;
    private final SyncClient client;

    private ThroughputMain(SyncClient client) {
        this.client = client;
        this.connection = client.connection();
    }

    /** Prints a line for each kind of work. */
    public static void main(String[] arguments) throws Exception {
        Channel channel = Channels.connect(Address.parse(arguments[0]), Duration.ofSeconds(5));
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        try (SyncClient client = SyncClient.greeted(channel)) {
            for (int round = 0; round < rounds; round++) {
                new ThroughputMain(client).measure();
            }
            client.done(new RemoveFile(SyncPath.of("throughput")));
        }
    }

    private void measure() throws Exception {
        long handle = client.open("throughput", SyncClient.CREATE);
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        for (int underWay : new int[] {1, UNDER_WAY}) {
            data("write", underWay, i -> new Write(handle, (long) i * BLOCK, block));
            data("read", underWay, i -> new Read(handle, (long) i * BLOCK, BLOCK));
            requests("stat", underWay, i -> attributesOf("throughput"));
            requests("stat of a missing file", underWay, i -> attributesOf("missing"));
            requests("read 4 KiB", underWay, i -> new Read(handle, (i * 7919L % (BLOCKS * 32)) * 4096, 4096));
        }
        client.done(new Close(handle));
    }

    private static SyncRequest attributesOf(String path) {
        try {
            return new GetAttributes(SyncPath.of(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void data(String what, int underWay, IntFunction<SyncRequest> request) throws Exception {
        double seconds = run(BLOCKS, underWay, request);
        System.out.printf("%-24s %2d under way %8.0f MiB/s%n", what, underWay, BLOCKS / 8 / seconds);
    }

    private void requests(String what, int underWay, IntFunction<SyncRequest> request) throws Exception {
        double seconds = run(SMALL, underWay, request);
        System.out.printf("%-24s %2d under way %8.0f /s%n", what, underWay, SMALL / seconds);
    }

    private double run(int count, int underWay, IntFunction<SyncRequest> request) throws Exception {
        Semaphore places = new Semaphore(underWay);
        long start = System.nanoTime();
        Thread receiver = Thread.ofPlatform().start(() -> {
            for (int i = 0; underWay > 1 && i < count; i++) {
                receive();
                places.release();
            }
        });
        for (int i = 0; i < count; i++) {
            if (underWay > 1) {
                places.acquire();
                connection.send(i, request.apply(i));
            } else {
                connection.send(i, request.apply(i));
                receive();
            }
        }
        receiver.join();
        return (System.nanoTime() - start) / 1e9;
    }

    private void receive() {
        try (Frame frame = Objects.requireNonNull(connection.receive())) {
            SyncReply _ = SyncReply.decode(frame);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
