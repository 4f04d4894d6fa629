package dev.cloister.local.vm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.EnclaveAddress;
import dev.cloister.protocol.channel.Listener;
import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.Hello;
import dev.cloister.protocol.sync.Sync;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuestPortsTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    @Test
    void serviceThatSaysHello_isReady() throws Exception {
        EnclaveAddress.Folder address = new EnclaveAddress.Folder(folder);
        try (Listener listener = Channels.listen(address.enclavePort(Address.SYNC_PORT))) {
            Thread.ofPlatform().daemon().start(() -> answer(listener));
            assertThat(new GuestPorts(address).greets(Address.SYNC_PORT, Hello.Service.SYNC, Sync.VERSION, LONG))
                    .isTrue();
        }
    }

    @Test
    void portThatIsOnlyConnected_isNotReady() throws Exception {
        EnclaveAddress.Folder address = new EnclaveAddress.Folder(folder);
        GuestPorts ports = new GuestPorts(address);
        Duration brief = Duration.ofMillis(50);
        assertThat(ports.greets(Address.SYNC_PORT, Hello.Service.SYNC, Sync.VERSION, brief))
                .isFalse();
        try (Listener listener = Channels.listen(address.enclavePort(Address.SYNC_PORT))) {
            assertThat(listener.address()).isEqualTo(address.enclavePort(Address.SYNC_PORT));
            assertThat(ports.greets(Address.SYNC_PORT, Hello.Service.SYNC, Sync.VERSION, brief))
                    .isFalse();
        }
    }

    private static void answer(Listener listener) {
        try (Channel client = listener.accept()) {
            Hello.answer(
                    new FrameConnection(client, Sync.MAX_BODY, new BufferPool(Sync.MAX_BODY)),
                    Hello.Service.SYNC,
                    Sync.VERSION);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
