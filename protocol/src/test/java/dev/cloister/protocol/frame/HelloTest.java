package dev.cloister.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cloister.protocol.frame.Hello.Service;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class HelloTest {
    private static final String SYNC_1_TO_1 = "0000000e 01 00000000 434c4f49 00 0001 0001";
    private static final String SYNC_1_TO_3 = "0000000e 01 00000000 434c4f49 00 0001 0003";
    private static final String SYNC_2_TO_3 = "0000000e 01 00000000 434c4f49 00 0002 0003";
    private static final String RUN_1_TO_1 = "0000000e 01 00000000 434c4f49 01 0001 0001";

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static FrameConnection connection(MemoryChannel channel) {
        return new FrameConnection(channel, 1000, new BufferPool(1000));
    }

    @Test
    void client_saysTheDocumentedBytes() throws Exception {
        MemoryChannel channel = new MemoryChannel(bytes(SYNC_1_TO_1));
        Hello.greet(connection(channel), Service.SYNC, 1);
        assertThat(channel.written()).isEqualTo(bytes(SYNC_1_TO_1));
    }

    @Test
    void server_answersWithItsVersion() throws Exception {
        MemoryChannel channel = new MemoryChannel(bytes(SYNC_1_TO_3));
        Hello.answer(connection(channel), Service.SYNC, 2);
        assertThat(channel.written()).isEqualTo(bytes(SYNC_2_TO_3.replace("0003", "0002")));
    }

    @Test
    void serverOfAnotherServiceOrVersion_isRefusedByTheClient() {
        for (String answer : new String[] {RUN_1_TO_1, SYNC_1_TO_3, SYNC_2_TO_3}) {
            FrameConnection connection = connection(new MemoryChannel(bytes(answer)));
            assertThatExceptionOfType(ProtocolException.class)
                    .isThrownBy(() -> Hello.greet(connection, Service.SYNC, 1))
                    .withMessageContaining("the enclave speaks");
        }
    }

    @Test
    void clientOfAnotherServiceOrVersion_isToldAndRefused() {
        for (String hello : new String[] {RUN_1_TO_1, SYNC_2_TO_3}) {
            MemoryChannel channel = new MemoryChannel(bytes(hello));
            assertThatExceptionOfType(ProtocolException.class)
                    .isThrownBy(() -> Hello.answer(connection(channel), Service.SYNC, 1));
            assertThat(channel.written()).isEqualTo(bytes(SYNC_1_TO_1));
        }
    }

    @Test
    void otherFirstFrame_isRefused() {
        String[] others = {
            SYNC_1_TO_1.replace("434c4f49", "434c4f48"),
            SYNC_1_TO_1.replace("0e 01", "0e 02"),
            SYNC_1_TO_1.replace("0e 01", "0f 01") + "00",
            SYNC_1_TO_1.replace("4f49 00", "4f49 07"),
            ""
        };
        for (String other : others) {
            FrameConnection connection = connection(new MemoryChannel(bytes(other)));
            assertThatExceptionOfType(ProtocolException.class)
                    .isThrownBy(() -> Hello.answer(connection, Service.SYNC, 1));
        }
    }

    @Test
    void helloOfAnyLessBytes_isRefused() {
        byte[] whole = bytes(SYNC_1_TO_1);
        for (int body = 0; body < 9; body++) {
            byte[] less = Arrays.copyOf(whole, 9 + body);
            less[3] = (byte) (5 + body);
            FrameConnection connection = connection(new MemoryChannel(less));
            assertThatExceptionOfType(ProtocolException.class)
                    .isThrownBy(() -> Hello.answer(connection, Service.SYNC, 1));
        }
    }
}
