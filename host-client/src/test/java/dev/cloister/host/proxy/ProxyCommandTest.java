package dev.cloister.host.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.host.testing.Command;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.EnclaveAddress;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(90)
class ProxyCommandTest {
    private Path folder;
    private Command command;

    @BeforeEach
    void prepare() throws Exception {
        folder = Files.createTempDirectory("cloister-test");
        command = new Command(folder).with("CLOISTER_ENCLAVE", "unix:" + folder);
    }

    @AfterEach
    void cleanUp() throws Exception {
        command.run("proxy", "--stop");
        Command.shell("rm -rf \"$1\"", folder);
    }

    private Path allowing(String host, int port) throws Exception {
        return Files.writeString(
                folder.resolve("allow.yaml"), "allowlist:\n- {address: " + host + ", port: " + port + "}\n");
    }

    @Test
    void background_forwardsUntilItIsStopped() throws Exception {
        try (ServerSocket remote = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String to = "127.0.0.1:" + remote.getLocalPort();
            Path config = allowing("127.0.0.1", remote.getLocalPort());
            Command.Result started = command.run("proxy", "-s", "kms", "--to", to, "--config", config.toString());
            assertThat(started.status()).as(started.err()).isZero();
            assertThat(started.err()).contains("forwarding unix:" + folder).contains(to);
            forwardsOneByte(remote);
            Command.Result again =
                    command.run("proxy", "-s", "kms", "--to", to, "--config", config.toString(), "--json");
            assertThat(again.status()).isZero();
            assertThat(again.out()).contains("\"destination\":\"" + to + "\"");
            forwardsOneByte(remote);
            assertThat(command.run("proxy", "--stop").status()).isZero();
            assertThat(folder.resolve("parent-8001.sock")).doesNotExist();
            Command.Result nothing = command.run("proxy", "--stop");
            assertThat(nothing.status()).isZero();
            assertThat(nothing.err()).contains("no proxy is running");
        }
    }

    @Test
    void addressThatWentAway_isListenedAtAnew() throws Exception {
        try (ServerSocket remote = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String to = "127.0.0.1:" + remote.getLocalPort();
            String config = allowing("127.0.0.1", remote.getLocalPort()).toString();
            command.run("proxy", "-s", "kms", "--to", to, "--config", config);
            // As when a local enclave has ended and another has taken its place.
            Files.delete(folder.resolve("parent-8001.sock"));
            Command.Result again = command.run("proxy", "-s", "kms", "--to", to, "--config", config);
            assertThat(again.status()).as(again.err()).isZero();
            forwardsOneByte(remote);
        }
    }

    private void forwardsOneByte(ServerSocket remote) throws Exception {
        Address address = new EnclaveAddress.Folder(folder).parentPort(Address.KMS_PORT);
        try (Channel enclave = Channels.connect(address, Duration.ofSeconds(5));
                Socket socket = remote.accept()) {
            enclave.write(ByteBuffer.wrap(new byte[] {9}));
            assertThat(socket.getInputStream().read()).isEqualTo(9);
        }
    }

    @Test
    void endpointVariable_decidesTheDestination() throws Exception {
        try (ServerSocket remote = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Path config = allowing("127.0.0.1", remote.getLocalPort());
            command.with("AWS_ENDPOINT_URL_KMS", "https://localhost:" + remote.getLocalPort());
            Command.Result result = command.run("proxy", "-s", "kms", "--config", config.toString());
            assertThat(result.status()).as(result.err()).isZero();
            forwardsOneByte(remote);
        }
    }

    @Test
    void destinationThatIsNotOnTheList_isRefused() throws Exception {
        Path config = allowing("192.0.2.1", 443);
        Command.Result result =
                command.run("proxy", "-s", "kms", "--to", "127.0.0.1:443", "--config", config.toString());
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .contains("127.0.0.1:443 is not on the allow-list")
                .contains("hint: allow it in " + config);
        assertThat(folder.resolve("parent-8001.sock")).doesNotExist();
    }

    @Test
    void metadataService_isRefusedEvenWhenListed() throws Exception {
        Path config = allowing("169.254.169.254", 80);
        Command.Result result =
                command.run("proxy", "-s", "kms", "--to", "169.254.169.254:80", "--config", config.toString());
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("instance metadata address");
    }

    @Test
    void brokenAllowList_isRefused() throws Exception {
        Path config = Files.writeString(folder.resolve("allow.yaml"), "allowlist: [{port: 1}]");
        Command.Result result = command.run("proxy", "-s", "kms", "--to", "127.0.0.1:1", "--config", config.toString());
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("has no text 'address'");
    }

    @Test
    void otherService_isAUsageError() throws Exception {
        assertThat(command.run("proxy", "-s", "s3").status()).isEqualTo(2);
        assertThat(command.run("proxy").status()).isEqualTo(2);
        assertThat(command.run("nonsense").status()).isEqualTo(2);
    }
}
