package dev.cloister.enclave.nsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.cbor.CborWriter;
import dev.cloister.attestation.nsm.Nsm;
import dev.cloister.attestation.nsm.NsmException;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.Listener;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NsmSocketTest {
    @TempDir
    private Path folder;

    private Listener listener;
    private volatile byte[] answer = new byte[0];

    @BeforeEach
    void listen() throws IOException {
        listener = Channels.listen(new Address.Unix(folder.resolve("nsm.sock")));
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    answerOne(listener.accept());
                }
            } catch (IOException closed) {
                // The test is over.
            }
        });
    }

    private void answerOne(Channel channel) throws IOException {
        try (channel) {
            DataInputStream in = new DataInputStream(channel.input());
            byte[] _ = in.readNBytes(in.readInt());
            channel.write(ByteBuffer.wrap(answer));
        }
    }

    @AfterEach
    void close() {
        listener.close();
    }

    private Nsm module() {
        return new Nsm(new NsmSocket(new Address.Unix(folder.resolve("nsm.sock"))));
    }

    private static byte[] framed(int length, byte[] body) {
        return ByteBuffer.allocate(4 + body.length).putInt(length).put(body).array();
    }

    @Test
    void answer_isReadAsOneFrame() throws NsmException {
        Bytes random = Bytes.copyOf(new byte[] {1, 2, 3});
        byte[] body = new CborWriter()
                .map(1)
                .text("GetRandom")
                .map(1)
                .text("random")
                .bytes(random)
                .toByteArray();
        answer = framed(body.length, body);
        assertThat(module().random()).isEqualTo(random);
        assertThat(module().random()).isEqualTo(random);
    }

    @Test
    void answerCutShort_fails() {
        answer = framed(100, new byte[5]);
        assertThatThrownBy(() -> module().random()).isInstanceOf(NsmException.class);
    }

    @Test
    void answerOutOfBounds_fails() {
        for (int length : new int[] {0, -1, 0x3001, Integer.MAX_VALUE}) {
            answer = framed(length, new byte[5]);
            assertThatThrownBy(() -> module().random()).isInstanceOf(NsmException.class);
        }
    }

    @Test
    void noModule_fails() {
        Nsm missing = new Nsm(new NsmSocket(new Address.Unix(folder.resolve("none.sock"))));
        assertThatThrownBy(missing::random).hasMessage("the security module cannot be reached");
    }

    @Test
    void noDevice_fails() {
        assertThatThrownBy(() -> NsmDevice.open(folder.resolve("none"))).isInstanceOf(IOException.class);
    }

    @Test
    void fileThatIsNoSecurityModule_fails() throws IOException {
        NsmDevice notOne = NsmDevice.open(Path.of("/dev/null"));
        assertThatThrownBy(() -> notOne.exchange(new byte[1])).isInstanceOf(IOException.class);
    }
}
