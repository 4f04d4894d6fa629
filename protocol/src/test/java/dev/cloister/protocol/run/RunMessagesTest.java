package dev.cloister.protocol.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.MemoryChannel;
import dev.cloister.protocol.frame.Message;
import dev.cloister.protocol.frame.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RunMessagesTest {
    private static final int HEADER = 9;
    private static final int FIRST_REPLY = 128;
    private static final BufferPool POOL = new BufferPool(Run.MAX_BODY);
    private static final Credentials CREDENTIALS = new Credentials("AKIA", "secret", "token");

    static Stream<Message> messages() {
        return Stream.of(
                new RunRequest.Start(
                        "a.cloister", "main.py", List.of("-d", "/dataset/", "", "é 'quoted'"), CREDENTIALS),
                new RunRequest.Start("", "", List.of(), new Credentials("", "", "")),
                new RunRequest.Stop(),
                new RunReply.Output(RunReply.Stream.STDOUT, ByteBuffer.wrap(new byte[0])),
                new RunReply.Output(RunReply.Stream.STDERR, ByteBuffer.wrap(new byte[Run.MAX_OUTPUT])),
                new RunReply.Exited(255, Long.MAX_VALUE),
                new RunReply.Refused(Refusal.BAD_REQUEST, "why"),
                new RunReply.Refused(Refusal.INTERNAL, ""));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void message_survivesTheWire(Message message) throws Exception {
        try (Frame frame = frame(encode(message))) {
            assertThat(decode(frame)).isEqualTo(message);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void messageCutAnywhere_isRefused(Message message) throws Exception {
        byte[] whole = encode(message);
        int fields = whole.length - HEADER - message.data().remaining();
        for (int length = 0; length < fields; length++) {
            byte[] cut = withBody(whole, length);
            assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> decodeAll(cut));
        }
    }

    @Test
    void bytesAfterTheMessage_areRefused() throws Exception {
        byte[] stop = encode(new RunRequest.Stop());
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> decodeAll(withBody(stop, 1)));
    }

    @Test
    void tooManyArguments_areRefusedBeforeTheyAreRead() throws Exception {
        List<String> many = Collections.nCopies(Run.MAX_ARGUMENTS + 1, "");
        byte[] bytes = encode(new RunRequest.Start("p", "e", many, CREDENTIALS));
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> decodeAll(bytes))
                .withMessageContaining("limit of 1024");
    }

    @Test
    void everyRefusal_hasACodeOfItsOwn() {
        assertThat(Arrays.stream(Refusal.values()).map(Refusal::code)).doesNotHaveDuplicates();
    }

    @Test
    void credentials_areNotPrinted() {
        assertThat(CREDENTIALS.toString())
                .contains("AKIA")
                .doesNotContain("secret")
                .doesNotContain("token");
    }

    @Test
    void mutatedMessages_areReadOrRefused() throws Exception {
        Random random = new Random(7);
        for (Message message : messages().toList()) {
            byte[] whole = encode(message);
            for (int i = 0; i < 500; i++) {
                byte[] mutant = whole.clone();
                int at = HEADER - 5 + random.nextInt(Math.min(200, mutant.length - HEADER + 5));
                mutant[at] = (byte) random.nextInt();
                readOrRefuse(mutant);
            }
        }
    }

    private static void readOrRefuse(byte[] bytes) throws IOException {
        try {
            decodeAll(bytes);
        } catch (ProtocolException refused) {
            // The only way to fail.
        }
    }

    private static byte[] encode(Message message) throws IOException {
        MemoryChannel channel = new MemoryChannel(new byte[0]);
        new FrameConnection(channel, Run.MAX_BODY, POOL).send(1, message);
        return channel.written();
    }

    private static Frame frame(byte[] bytes) throws IOException {
        return Objects.requireNonNull(new FrameConnection(new MemoryChannel(bytes), Run.MAX_BODY, POOL).receive());
    }

    private static Message decode(Frame frame) throws ProtocolException {
        return frame.type() < FIRST_REPLY ? RunRequest.decode(frame) : RunReply.decode(frame);
    }

    private static void decodeAll(byte[] bytes) throws IOException {
        try (Frame frame = frame(bytes)) {
            decode(frame);
        }
    }

    private static byte[] withBody(byte[] frame, int length) {
        byte[] bytes = Arrays.copyOf(frame, HEADER + length);
        ByteBuffer.wrap(bytes).putInt(0, length + 5);
        return bytes;
    }
}
