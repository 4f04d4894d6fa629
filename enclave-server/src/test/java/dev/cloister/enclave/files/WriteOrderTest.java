package dev.cloister.enclave.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.sync.OpenFlags;
import dev.cloister.protocol.sync.Sync;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.SyncRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients send on before a write is answered, and rely on this order. */
@Timeout(120)
class WriteOrderTest {
    private static final OpenFlags MAKE = new OpenFlags(true, true, false, true, false, false);

    @TempDir
    private Path base;

    @Test
    void whateverComesAfterAWrite_isCarriedOutAfterIt() throws Exception {
        int rounds = 100;
        try (ServedFolder served = new ServedFolder(base);
                SyncClient client = served.client()) {
            long handle = client.open("file", MAKE);
            FrameConnection connection = client.connection();
            Thread sender = Thread.ofPlatform().start(() -> sendAll(connection, handle, rounds));
            for (int answers = 0; answers < 3 * rounds; answers++) {
                try (Frame frame = Objects.requireNonNull(connection.receive())) {
                    int round = frame.requestId() / 3;
                    switch (SyncReply.decode(frame)) {
                        case SyncReply.Done _ ->
                            assertThat(frame.requestId() % 3).isZero();
                        case SyncReply.Data data -> {
                            assertThat(data.content().remaining()).isEqualTo(Sync.MAX_DATA);
                            assertThat((int) data.content().get(Sync.MAX_DATA - 1))
                                    .isGreaterThanOrEqualTo(round);
                        }
                        case SyncReply.Attributes known ->
                            assertThat(known.attributes().size()).isEqualTo(Sync.MAX_DATA);
                        default -> throw new AssertionError("answer of type " + frame.type());
                    }
                }
            }
            sender.join();
        }
    }

    /** In each round a longer write, a long read and a question; nobody waits for an answer. */
    private static void sendAll(FrameConnection connection, long handle, int rounds) {
        try {
            for (int round = 0; round < rounds; round++) {
                ByteBuffer content = ByteBuffer.allocateDirect(Sync.MAX_DATA);
                content.put(Sync.MAX_DATA - 1, (byte) round);
                connection.send(3 * round, new SyncRequest.Write(handle, 0, content));
                connection.send(3 * round + 1, new SyncRequest.Read(handle, 0, Sync.MAX_DATA));
                connection.send(3 * round + 2, new SyncRequest.GetAttributes(SyncPath.of("file")));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
