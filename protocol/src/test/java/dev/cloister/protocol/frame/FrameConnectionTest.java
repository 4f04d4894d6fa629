package dev.cloister.protocol.frame;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameConnectionTest {
    private static final int MAX_BODY = 200_000;

    /** A message of one text and data behind it. */
    private record Note(String text, ByteBuffer data) implements Message {
        @Override
        public int type() {
            return 200;
        }

        @Override
        public int encodedSize() {
            return FieldWriter.sizeOf(text);
        }

        @Override
        public void encode(FieldWriter out) {
            out.string(text);
        }
    }

    private static FrameConnection connection(MemoryChannel channel) {
        return new FrameConnection(channel, MAX_BODY, new BufferPool(MAX_BODY));
    }

    private static FrameConnection receiving(byte[] input) {
        return connection(new MemoryChannel(input));
    }

    private static byte[] frame(int length, int type, int requestId, byte[] body) {
        return ByteBuffer.allocate(9 + body.length)
                .putInt(length)
                .put((byte) type)
                .putInt(requestId)
                .put(body)
                .array();
    }

    private static Note note(int dataLength) {
        byte[] data = new byte[dataLength];
        new Random(dataLength).nextBytes(data);
        return new Note("ü", ByteBuffer.wrap(data));
    }

    @Test
    void frame_hasTheDocumentedBytes() throws Exception {
        MemoryChannel channel = new MemoryChannel(new byte[0]);
        connection(channel).send(0x01020304, new Note("hi", ByteBuffer.wrap("data".getBytes(US_ASCII))));
        assertThat(HexFormat.of().formatHex(channel.written())).isEqualTo("0000000fc80102030400000002686964617461");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 9, 1000, 65_536, Integer.MAX_VALUE})
    void framesInPieces_areReceivedWhole(int pieces) throws Exception {
        MemoryChannel sent = new MemoryChannel(new byte[0]);
        FrameConnection sender = connection(sent);
        int[] sizes = {0, 1, 65_535, 65_536, 65_537, 150_000, 2};
        for (int size : sizes) {
            sender.send(size, note(size));
        }
        FrameConnection receiver = connection(new MemoryChannel(sent.written(), pieces));
        for (int size : sizes) {
            try (Frame frame = Objects.requireNonNull(receiver.receive())) {
                assertThat(frame.type()).isEqualTo(200);
                assertThat(frame.requestId()).isEqualTo(size);
                FieldReader in = frame.fields();
                assertThat(in.string(10)).isEqualTo("ü");
                assertThat(in.rest()).isEqualTo(note(size).data());
            }
        }
        assertThat(receiver.receive()).isNull();
    }

    @Test
    void streamEndingAnywhereInsideAFrame_isNamed() throws Exception {
        byte[] whole = frame(5 + 20, 1, 2, new byte[20]);
        for (int length = 1; length < whole.length; length++) {
            FrameConnection connection = receiving(Arrays.copyOf(whole, length));
            assertThatExceptionOfType(EOFException.class).isThrownBy(connection::receive);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, MAX_BODY + 6})
    void lengthOutOfBounds_isRefused(int length) {
        FrameConnection connection = receiving(frame(length, 1, 2, new byte[100]));
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(connection::receive)
                .withMessageContaining("out of bounds");
    }

    @Test
    void longestBody_isReceivedAndOneMoreIsNotSent() throws Exception {
        MemoryChannel channel = new MemoryChannel(new byte[0]);
        FrameConnection sender = connection(channel);
        sender.send(1, new Note("", ByteBuffer.allocate(MAX_BODY - 4)));
        try (Frame frame = receiving(channel.written()).receive()) {
            assertThat(frame).isNotNull();
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sender.send(1, new Note("", ByteBuffer.allocate(MAX_BODY - 3))));
    }

    @Test
    void fieldsOutOfBounds_areRefused() {
        assertRefused("00000005 61626364", in -> in.string(100));
        assertRefused("00000005 6162636465", in -> in.string(4));
        assertRefused("ffffffff 61", in -> in.bytes(Integer.MAX_VALUE));
        assertRefused("7fffffff 61", in -> in.bytes(Integer.MAX_VALUE));
        assertRefused("00000002 c328", in -> in.string(10));
        assertRefused("00000003 eda080", in -> in.string(10));
        assertRefused("02", FieldReader::bool);
        assertRefused("02", in -> in.coded(Hello.Service.values()));
        assertRefused("ffffffffffffffff", FieldReader::size);
        assertRefused("0000000b", in -> in.count(10));
        assertRefused("80000000", in -> in.count(10));
        assertRefused("00000000000000", FieldReader::i64);
        assertRefused("00", FieldReader::u16);
        assertRefused("", FieldReader::u8);
        assertRefused("00", in -> {
            in.end();
            return 0;
        });
    }

    private interface Read {
        Object from(FieldReader in) throws IOException;
    }

    private static void assertRefused(String hex, Read read) {
        FieldReader in = new FieldReader(ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", ""))));
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> read.from(in));
    }

    @Test
    void fieldsAtTheirBounds_areRead() throws Exception {
        byte[] bytes = HexFormat.of().parseHex("0000000a" + "00000000" + "01" + "7fffffffffffffff" + "ffff");
        FieldReader in = new FieldReader(ByteBuffer.wrap(bytes));
        assertThat(in.count(10)).isEqualTo(10);
        assertThat(in.bytes(0)).isEmpty();
        assertThat(in.bool()).isTrue();
        assertThat(in.size()).isEqualTo(Long.MAX_VALUE);
        assertThat(in.u16()).isEqualTo(0xffff);
        in.end();
    }
}
