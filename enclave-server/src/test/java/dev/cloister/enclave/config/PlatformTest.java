package dev.cloister.enclave.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.EnclaveAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PlatformTest {
    @Test
    void emptyEnvironment_meansARealEnclave() throws ConfigurationException {
        assertThat(Platform.from(Map.of()))
                .isEqualTo(new Platform(
                        new EnclaveAddress.Kernel(Address.ANY_CID),
                        new Platform.SecurityModule.Device(Path.of("/dev/nsm"))));
    }

    @Test
    void unixSpelling_meansALocalEnclave() throws ConfigurationException {
        assertThat(Platform.from(Map.of("CLOISTER_VSOCK", "unix:/run/vsock", "CLOISTER_NSM", "unix:/run/nsm.sock")))
                .isEqualTo(new Platform(
                        new EnclaveAddress.Folder(Path.of("/run/vsock")),
                        new Platform.SecurityModule.Socket(new Address.Unix(Path.of("/run/nsm.sock")))));
    }

    @Test
    void securityModuleBehindAPortOfTheParent_meansAVirtualMachine() throws ConfigurationException {
        assertThat(Platform.from(Map.of("CLOISTER_NSM", "vsock:3:9001")).securityModule())
                .isEqualTo(new Platform.SecurityModule.Socket(new Address.Vsock(Address.PARENT_CID, 9001)));
    }

    @Test
    void otherSpellings_areRefused() {
        assertThatThrownBy(() -> Platform.from(Map.of("CLOISTER_VSOCK", "vsock:16")))
                .isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> Platform.from(Map.of("CLOISTER_VSOCK", "unix:relative")))
                .isInstanceOf(ConfigurationException.class);
        for (String module : List.of("none", "unix:relative", "vsock:3", "vsock:3:port", "vsock:")) {
            assertThatThrownBy(() -> Platform.from(Map.of("CLOISTER_NSM", module)))
                    .isInstanceOf(ConfigurationException.class);
        }
    }
}
