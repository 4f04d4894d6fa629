package dev.cloister.enclave.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.Hello;
import dev.cloister.protocol.run.Run;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ways to break a run message, as bytes on the wire. Section numbers are those of docs/format/run-v1.md. */
final class HostileMessagesTest {
    private static final byte START = 16;
    private static final byte STOP = 17;
    private static final byte OUTPUT = (byte) 128;

    private Enclave enclave;
    private Path output;

    @BeforeEach
    void start() throws IOException {
        enclave = Enclave.start();
        output = enclave.folder("output");
        enclave.addPackage(
                "a.cloister", Map.of("main.py", "import sys; open(sys.argv[1] + '/ran', 'w').close(); print('ran')"));
    }

    @AfterEach
    void stop() throws IOException {
        if (enclave != null) {
            enclave.assertNothingLeft();
            enclave.close();
        }
    }

    @Test
    void messageOfTheRightForm_hasItsEffect() throws IOException {
        try (Channel channel = greeted()) {
            channel.write(frame(START, valid()));
            assertThat(untilTheEnd(channel)).isPositive();
        }
        assertThat(output.resolve("ran")).exists();
    }

    static Stream<Named<ByteBuffer>> brokenFrames() throws IOException {
        byte[] valid = valid();
        return Stream.of(
                Named.of(
                        "length below a frame's head (1)",
                        ByteBuffer.allocate(4).putInt(4).flip()),
                Named.of(
                        "length above the longest frame (1)",
                        ByteBuffer.allocate(4).putInt(5 + Run.MAX_BODY + 1).flip()),
                Named.of(
                        "negative length (1)", ByteBuffer.allocate(4).putInt(-1).flip()),
                Named.of("unknown type (3)", frame((byte) 15, valid)),
                Named.of("a reply's type (3)", frame(OUTPUT, valid)),
                Named.of("Stop before Start (2)", frame(STOP, new byte[0])),
                Named.of("no fields (3.1)", frame(START, new byte[0])),
                Named.of("last byte missing (3.1)", frame(START, Arrays.copyOf(valid, valid.length - 1))),
                Named.of("a byte too many (3.1)", frame(START, Arrays.copyOf(valid, valid.length + 1))),
                Named.of("string beyond the frame (3.1)", frame(START, withInt(valid, Integer.MAX_VALUE))),
                Named.of("negative string length (3.1)", frame(START, withInt(valid, -1))),
                Named.of("1025 arguments (3.1)", frame(START, body("a.cloister".getBytes(UTF_8), 1025, "AKID"))),
                Named.of("2^32 - 1 arguments (3.1)", frame(START, body("a.cloister".getBytes(UTF_8), -1, "AKID"))),
                Named.of("name that is not UTF-8 (1)", frame(START, body(new byte[] {(byte) 0xC3, 0x28}, 1, "AKID"))),
                Named.of("name above 32 KiB (3.1)", frame(START, body(new byte[Run.MAX_ARGUMENT + 1], 1, "AKID"))),
                Named.of(
                        "credential above 16 KiB (3.1)",
                        frame(START, body("a.cloister".getBytes(UTF_8), 1, "A".repeat(Run.MAX_CREDENTIAL + 1)))));
    }

    @ParameterizedTest
    @MethodSource("brokenFrames")
    void messageOfAnotherForm_endsTheConnectionWithoutEffect(ByteBuffer broken) throws IOException {
        try (Channel channel = greeted()) {
            channel.write(broken);
            assertThat(hangsUp(channel)).isTrue();
        }
        assertThat(output.resolve("ran")).doesNotExist();
        assertThat(RunClient.run(enclave.address(), "a.cloister", "main.py", List.of("/output"))
                        .stdout())
                .isEqualTo("ran\n");
    }

    @Test
    void secondStart_endsTheRun() throws IOException {
        enclave.addPackage(
                "long.cloister", Map.of("main.py", "import time; print('up', flush=True); time.sleep(1000)"));
        try (Channel channel = greeted()) {
            channel.write(frame(START, body("long.cloister".getBytes(UTF_8), 1, "AKID")));
            assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(1);
            channel.write(frame(START, valid()));
            untilTheEnd(channel);
        }
        assertThat(Files.exists(output.resolve("ran"))).isFalse();
    }

    /** A connection after its hello. */
    private Channel greeted() throws IOException {
        Channel channel = Channels.connect(enclave.address(), Duration.ofSeconds(60));
        channel.setReadTimeout(Duration.ofSeconds(60));
        Hello.greet(
                new FrameConnection(channel, Run.MAX_BODY, new BufferPool(Run.MAX_BODY)),
                Hello.Service.RUN,
                Run.VERSION);
        return channel;
    }

    /** How many bytes come before the service hangs up. */
    private static int untilTheEnd(Channel channel) throws IOException {
        ByteBuffer rest = ByteBuffer.allocate(1 << 16);
        while (read(channel, rest) > 0) {
            assertThat(rest.hasRemaining()).isTrue();
        }
        return rest.position();
    }

    private static boolean hangsUp(Channel channel) throws IOException {
        return read(channel, ByteBuffer.allocate(1)) == -1;
    }

    /** Bytes read; -1 at the end, also where the other side left with something of ours unread. */
    private static int read(Channel channel, ByteBuffer into) throws IOException {
        try {
            return channel.read(into);
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("reset");
            return -1;
        }
    }

    private static byte[] valid() throws IOException {
        return body("a.cloister".getBytes(UTF_8), 1, "AKIDEXAMPLE");
    }

    /** The fields of Start (3.1) with one argument, and a count of them that may be another. */
    private static byte[] body(byte[] name, int count, String accessKeyId) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        string(out, name);
        string(out, "main.py".getBytes(UTF_8));
        out.writeInt(count);
        string(out, "/output".getBytes(UTF_8));
        string(out, accessKeyId.getBytes(UTF_8));
        string(out, "secret".getBytes(UTF_8));
        string(out, new byte[0]);
        return bytes.toByteArray();
    }

    private static void string(DataOutputStream out, byte[] content) throws IOException {
        out.writeInt(content.length);
        out.write(content);
    }

    private static byte[] withInt(byte[] body, int first) {
        return ByteBuffer.wrap(body.clone()).putInt(first).array();
    }

    private static ByteBuffer frame(byte type, byte[] body) {
        return ByteBuffer.allocate(9 + body.length)
                .putInt(5 + body.length)
                .put(type)
                .putInt(1)
                .put(body)
                .flip();
    }
}
