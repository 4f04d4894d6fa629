package dev.cloister.protocol.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"vsock:16:5000", "vsock:any:8001", "vsock:4294967294:4294967295", "unix:/run/a.sock"})
    void spelling_isKept(String text) {
        assertThat(Address.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "vsock", "vsock:16", "vsock:16:", "vsock:-1:5000", "vsock:16:4294967296", "tcp:1:2", "unix:"
            })
    void otherSpelling_isRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Address.parse(text));
    }

    @Test
    void longUnixPath_isRefusedBeforeTheKernelCutsIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Address.parse("unix:/" + "a".repeat(107)))
                .withMessageContaining("107 bytes");
    }

    @Test
    void enclaveAddresses_giveTheirPorts() {
        assertThat(EnclaveAddress.parse("vsock:16").enclavePort(5000)).hasToString("vsock:16:5000");
        assertThat(EnclaveAddress.parse("vsock:16").parentPort(8001)).hasToString("vsock:3:8001");
        assertThat(EnclaveAddress.parse("vsock:any")).isEqualTo(new EnclaveAddress.Kernel(Address.ANY_CID));
        assertThat(EnclaveAddress.parse("unix:/e").enclavePort(6000))
                .isEqualTo(new Address.Unix(Path.of("/e/enclave-6000.sock")));
        assertThat(EnclaveAddress.parse("unix:/e").parentPort(8001))
                .isEqualTo(new Address.Unix(Path.of("/e/parent-8001.sock")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"16", "vsock:16:5000", "vsock:x", ""})
    void noEnclaveAddress_isRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> EnclaveAddress.parse(text));
    }
}
