package dev.cloister.host.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ProxyServerTest {
    @TempDir
    Path folder;

    private final BlockingQueue<String> log = new LinkedBlockingQueue<>();
    private ServerSocket remote;
    private Address address;
    private ProxyServer proxy;

    @BeforeEach
    void start() throws Exception {
        remote = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        address = new Address.Unix(folder.resolve("p.sock"));
        Destination destination = new Destination("kms.example", remote.getLocalPort());
        AllowList list = new AllowList.Entries(List.of(destination));
        proxy = start(new Resolver(destination, list, host -> new InetAddress[] {remote.getInetAddress()}));
    }

    private ProxyServer start(Resolver resolver) throws IOException {
        ProxyServer server = new ProxyServer(Channels.listen(address), resolver, log::add);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                server.run();
            } catch (IOException | InterruptedException e) {
                log.add("ended with " + e);
            }
        });
        return server;
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        remote.close();
    }

    private Channel connect() throws IOException {
        Channel channel = Channels.connect(address, Duration.ofSeconds(5));
        channel.setReadTimeout(Duration.ofSeconds(20));
        return channel;
    }

    @Test
    void bytes_areForwardedBothWays() throws Exception {
        byte[] content = new byte[5_000_001];
        new Random(1).nextBytes(content);
        Thread echo = Thread.ofPlatform().start(() -> {
            try (Socket socket = remote.accept()) {
                socket.getInputStream().transferTo(socket.getOutputStream());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        try (Channel enclave = connect()) {
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    enclave.write(ByteBuffer.wrap(content));
                    enclave.shutdownOutput();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(Arrays.equals(enclave.input().readAllBytes(), content)).isTrue();
            writer.join();
        }
        echo.join();
    }

    @Test
    void endOfOneWay_leavesTheOtherOpen() throws Exception {
        try (Channel enclave = connect();
                Socket socket = remote.accept()) {
            enclave.write(ByteBuffer.wrap(new byte[] {1}));
            enclave.shutdownOutput();
            assertThat(socket.getInputStream().readAllBytes()).containsExactly(1);
            socket.getOutputStream().write(new byte[] {2, 3});
            socket.shutdownOutput();
            assertThat(enclave.input().readAllBytes()).containsExactly(2, 3);
        }
    }

    @Test
    void remoteEndsFirst_enclaveMayStillWrite() throws Exception {
        try (Channel enclave = connect();
                Socket socket = remote.accept()) {
            socket.shutdownOutput();
            assertThat(enclave.input().readAllBytes()).isEmpty();
            enclave.write(ByteBuffer.wrap(new byte[] {7}));
            enclave.shutdownOutput();
            assertThat(socket.getInputStream().readAllBytes()).containsExactly(7);
        }
    }

    @Test
    void brokenRemote_endsTheEnclavesConnection() throws Exception {
        try (Channel enclave = connect();
                Socket socket = remote.accept()) {
            socket.setSoLinger(true, 0);
            socket.close();
            assertThat(enclave.input().read()).isEqualTo(-1);
        }
    }

    @Test
    void twentyAtOnceBesideIdleOnes_areAllServed() throws Exception {
        List<Channel> idle = new ArrayList<>();
        List<Channel> busy = new ArrayList<>();
        List<Socket> accepted = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                idle.add(connect());
                accepted.add(remote.accept());
            }
            for (int i = 0; i < 20; i++) {
                busy.add(connect());
                busy.getLast().write(ByteBuffer.wrap(new byte[] {(byte) i}));
            }
            for (int i = 0; i < 20; i++) {
                Socket socket = remote.accept();
                accepted.add(socket);
                socket.getOutputStream().write(socket.getInputStream().read());
            }
            for (int i = 0; i < 20; i++) {
                assertThat(busy.get(i).input().read()).isEqualTo(i);
            }
        } finally {
            idle.forEach(Channel::close);
            busy.forEach(Channel::close);
            for (Socket socket : accepted) {
                socket.close();
            }
        }
    }

    @Test
    void failedConnect_dropsOnlyThatConnectionAndIsToldOnce() throws Exception {
        try (Channel working = connect();
                Socket socket = remote.accept()) {
            // The remote accepts before the proxy knows that it is connected; a byte that came through settles that.
            socket.getOutputStream().write(4);
            assertThat(working.input().read()).isEqualTo(4);
            int port = remote.getLocalPort();
            remote.close();
            for (int i = 0; i < 3; i++) {
                try (Channel refused = connect()) {
                    assertThat(refused.input().read()).isEqualTo(-1);
                }
            }
            assertThat(log.poll(5, TimeUnit.SECONDS)).startsWith("cannot connect to kms.example:" + port);
            assertThat(log).isEmpty();
            socket.getOutputStream().write(5);
            assertThat(working.input().read()).isEqualTo(5);
        }
    }

    @Test
    void close_endsTheServer() throws Exception {
        proxy.close();
        assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
        assertThat(folder.resolve("p.sock")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "fd00:ec2::254",
                "fe80::1",
                "169.254.170.2",
                "0.0.0.0",
                "::ffff:169.254.169.254"
            })
    void metadataAddress_isRefusedWhateverTheListSays(String text) throws Exception {
        InetAddress resolved = InetAddress.ofLiteral(text);
        Destination destination = new Destination(text, 80);
        Resolver resolver = new Resolver(
                destination, new AllowList.Entries(List.of(destination)), host -> new InetAddress[] {resolved});
        assertThatThrownBy(resolver::addresses).isInstanceOf(Resolver.NotAllowedException.class);
    }

    @Test
    void nameThatBeginsToResolveElsewhere_isCheckedAgain() throws Exception {
        List<InetAddress> answers =
                new ArrayList<>(List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("127.0.0.2")));
        Resolver resolver = new Resolver(
                new Destination("alias.example", 443),
                new AllowList.Entries(List.of(new Destination("127.0.0.1", 443))),
                host -> new InetAddress[] {answers.removeFirst()});
        assertThat(resolver.addresses())
                .containsExactly(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 443));
        assertThatThrownBy(resolver::addresses).isInstanceOf(Resolver.NotAllowedException.class);
    }
}
