package dev.cloister.protocol.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class ChannelsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @TempDir
    Path folder;

    private Address address() {
        return new Address.Unix(folder.resolve("s"));
    }

    @Test
    void bytes_arriveInBothDirections() throws Exception {
        try (Listener listener = Channels.listen(address());
                Channel client = Channels.connect(address(), TIMEOUT);
                Channel server = listener.accept()) {
            client.output().write("ping".getBytes(UTF_8));
            assertThat(server.input().readNBytes(4)).isEqualTo("ping".getBytes(UTF_8));
            server.output().write("pong".getBytes(UTF_8));
            server.shutdownOutput();
            assertThat(client.input().readAllBytes()).isEqualTo("pong".getBytes(UTF_8));
        }
    }

    @Test
    void gatheredDirectAndHeapBuffers_arriveWholeAndInOrder() throws Exception {
        byte[] content = new byte[3 << 20];
        new Random(1).nextBytes(content);
        ByteBuffer direct =
                ByteBuffer.allocateDirect(2 << 20).put(content, 100, 2 << 20).flip();
        try (Listener listener = Channels.listen(address());
                Channel client = Channels.connect(address(), TIMEOUT);
                Channel server = listener.accept()) {
            CompletableFuture<byte[]> received = async(() -> server.input().readNBytes(content.length));
            client.write(
                    ByteBuffer.wrap(content, 0, 50),
                    ByteBuffer.allocate(0),
                    ByteBuffer.allocateDirect(50).put(content, 50, 50).flip(),
                    direct,
                    ByteBuffer.wrap(content, 100 + (2 << 20), content.length - 100 - (2 << 20)));
            assertThat(Arrays.equals(received.join(), content)).isTrue();
        }
    }

    @Test
    void close_endsAReadInAnotherThread() throws Exception {
        try (Listener listener = Channels.listen(address());
                Channel client = Channels.connect(address(), TIMEOUT);
                Channel server = listener.accept()) {
            CompletableFuture<Integer> read = async(() -> client.read(ByteBuffer.allocate(1)));
            Thread.sleep(50);
            client.close();
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(read::join)
                    .withCauseInstanceOf(ClosedChannelException.class);
            assertThat(server.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void closedListener_endsAcceptAndRemovesThePath() throws Exception {
        Listener listener = Channels.listen(address());
        CompletableFuture<Channel> accepted = async(listener::accept);
        Thread.sleep(50);
        listener.close();
        listener.close();
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(accepted::join)
                .withCauseInstanceOf(ClosedChannelException.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void silentPeer_timesOut() throws Exception {
        try (Listener listener = Channels.listen(address());
                Channel client = Channels.connect(address(), TIMEOUT);
                Channel server = listener.accept()) {
            client.setReadTimeout(Duration.ofMillis(20));
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> client.read(ByteBuffer.allocate(1)));
            server.output().write(7);
            assertThat(client.input().read()).isEqualTo(7);
        }
    }

    @Test
    void peerThatHungUp_failsTheWrite() throws Exception {
        try (Listener listener = Channels.listen(address());
                Channel client = Channels.connect(address(), TIMEOUT)) {
            listener.accept().close();
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> client.output().write(1))
                    .withMessageContaining("broken pipe");
        }
    }

    @Test
    void nobodyListening_isNamed() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Channels.connect(address(), TIMEOUT))
                .withMessageContaining("cannot connect to " + address())
                .withMessageContaining("no such file");
    }

    @Test
    void abandonedSocketFile_isReplaced_butALiveOneIsNot() throws Exception {
        Path path = folder.resolve("s");
        try (var left = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            left.bind(java.net.UnixDomainSocketAddress.of(path));
        }
        assertThat(Files.exists(path)).isTrue();
        try (Listener alive = Channels.listen(address())) {
            assertThat(alive.address()).isEqualTo(address());
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> Channels.listen(address()))
                    .withMessageContaining("already in use");
        }
    }

    @Test
    void vsockListener_bindsAndCloses() throws Exception {
        Listener listener = Channels.listen(new Address.Vsock(Address.ANY_CID, 45_678));
        CompletableFuture<Channel> accepted = async(listener::accept);
        Thread.sleep(50);
        listener.close();
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(accepted::join)
                .withCauseInstanceOf(ClosedChannelException.class);
    }

    @Test
    void vsockPeerThatIsNotThere_failsInBoundedTime() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Channels.connect(new Address.Vsock(77, 5000), Duration.ofMillis(200)))
                .withMessageContaining("cannot connect to vsock:77:5000");
    }

    private interface Attempt<T> {
        T run() throws IOException;
    }

    private static <T> CompletableFuture<T> async(Attempt<T> attempt) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                result.complete(attempt.run());
            } catch (IOException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }
}
