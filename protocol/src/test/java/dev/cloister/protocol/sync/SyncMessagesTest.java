package dev.cloister.protocol.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.MemoryChannel;
import dev.cloister.protocol.frame.Message;
import dev.cloister.protocol.frame.ProtocolException;
import dev.cloister.protocol.sync.SyncReply.Attributes;
import dev.cloister.protocol.sync.SyncReply.Data;
import dev.cloister.protocol.sync.SyncReply.Done;
import dev.cloister.protocol.sync.SyncReply.Failed;
import dev.cloister.protocol.sync.SyncReply.FileSystem;
import dev.cloister.protocol.sync.SyncReply.LinkTarget;
import dev.cloister.protocol.sync.SyncReply.Listing;
import dev.cloister.protocol.sync.SyncReply.Names;
import dev.cloister.protocol.sync.SyncReply.Opened;
import dev.cloister.protocol.sync.SyncReply.Position;
import dev.cloister.protocol.sync.SyncReply.Value;
import dev.cloister.protocol.sync.SyncRequest.Allocate;
import dev.cloister.protocol.sync.SyncRequest.Close;
import dev.cloister.protocol.sync.SyncRequest.GetAttributes;
import dev.cloister.protocol.sync.SyncRequest.GetExtendedAttribute;
import dev.cloister.protocol.sync.SyncRequest.GetFileSystem;
import dev.cloister.protocol.sync.SyncRequest.GetHandleAttributes;
import dev.cloister.protocol.sync.SyncRequest.ListExtendedAttributes;
import dev.cloister.protocol.sync.SyncRequest.MakeDirectory;
import dev.cloister.protocol.sync.SyncRequest.MakeLink;
import dev.cloister.protocol.sync.SyncRequest.MakeSymbolicLink;
import dev.cloister.protocol.sync.SyncRequest.Open;
import dev.cloister.protocol.sync.SyncRequest.OpenDirectory;
import dev.cloister.protocol.sync.SyncRequest.Read;
import dev.cloister.protocol.sync.SyncRequest.ReadDirectory;
import dev.cloister.protocol.sync.SyncRequest.ReadLink;
import dev.cloister.protocol.sync.SyncRequest.RemoveDirectory;
import dev.cloister.protocol.sync.SyncRequest.RemoveExtendedAttribute;
import dev.cloister.protocol.sync.SyncRequest.RemoveFile;
import dev.cloister.protocol.sync.SyncRequest.Rename;
import dev.cloister.protocol.sync.SyncRequest.Seek;
import dev.cloister.protocol.sync.SyncRequest.SetAttributes;
import dev.cloister.protocol.sync.SyncRequest.SetExtendedAttribute;
import dev.cloister.protocol.sync.SyncRequest.SetHandleAttributes;
import dev.cloister.protocol.sync.SyncRequest.Synchronize;
import dev.cloister.protocol.sync.SyncRequest.Write;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SyncMessagesTest {
    private static final int HEADER = 9;
    private static final int FIRST_REPLY = 128;
    private static final int MUTATIONS = 200;
    private static final BufferPool POOL = new BufferPool(Sync.MAX_BODY);

    private static SyncPath path(String text) {
        try {
            return SyncPath.of(text);
        } catch (ProtocolException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileAttributes attributes(FileKind kind) {
        return new FileAttributes(
                kind,
                0640,
                Long.MAX_VALUE,
                8,
                2,
                -2,
                65534,
                -1,
                new Timestamp(Long.MIN_VALUE, 0),
                new Timestamp(1_700_000_000, 999_999_999),
                new Timestamp(0, 1));
    }

    private static Changes changes(int present) {
        return new Changes(
                (present & 1) == 0 ? Optional.empty() : Optional.of(0777),
                (present & 2) == 0 ? Optional.empty() : Optional.of(-1),
                (present & 4) == 0 ? Optional.empty() : Optional.of(7),
                (present & 8) == 0 ? Optional.empty() : Optional.of(Long.MAX_VALUE),
                time(present >> 4 & 3, new Timestamp(-1, 5)),
                time(present >> 6, new Timestamp(9, 0)));
    }

    private static Optional<SetTime> time(int how, Timestamp time) {
        return switch (how) {
            case 0, 3 -> Optional.empty();
            case 1 -> Optional.of(new SetTime.At(time));
            default -> Optional.of(new SetTime.Now());
        };
    }

    private static AttributeName name(String text) {
        try {
            return AttributeName.of(text.getBytes(StandardCharsets.UTF_8));
        } catch (ProtocolException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer content(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    /** Every type of message at least once, with the bounds of its fields. */
    static Stream<Message> messages() {
        OpenFlags all = new OpenFlags(true, true, true, true, true, true);
        OpenFlags readOnly = new OpenFlags(true, false, false, false, false, false);
        Stream<Message> requests = Stream.of(
                new GetAttributes(SyncPath.ROOT),
                new GetAttributes(path("a/é/" + "n".repeat(SyncPath.MAX_NAME))),
                new GetHandleAttributes(-1),
                new Open(path("a/b"), all, 0777),
                new Open(path("a"), readOnly, 0),
                new OpenDirectory(SyncPath.ROOT),
                new ReadDirectory(1, -5),
                new Read(1, Long.MAX_VALUE, Sync.MAX_DATA),
                new Write(1, 0, content(0)),
                new Write(1, 1 << 20, content(1000)),
                new Write(1, 1 << 20, content(Sync.MAX_DATA)),
                new Synchronize(1, true),
                new Synchronize(1, false),
                new Close(3),
                new MakeDirectory(path("d"), 0755),
                new MakeSymbolicLink(path("l"), "../ü"),
                new MakeSymbolicLink(path("l"), "x".repeat(Sync.MAX_TARGET)),
                new MakeLink(path("a"), path("b")),
                new ReadLink(path("l")),
                new RemoveFile(path("a")),
                new RemoveDirectory(path("d")),
                new Rename(path("a"), path("d/b"), true),
                new Rename(path("a"), path("d/b"), false),
                new GetFileSystem(),
                new Allocate(1, Allocation.GROW, 0, Long.MAX_VALUE),
                new Allocate(1, Allocation.KEEP_SIZE, Long.MAX_VALUE - 1, 1),
                new Allocate(-1, Allocation.PUNCH_HOLE, 5, 7),
                new Seek(1, Long.MAX_VALUE, true),
                new Seek(1, 0, false),
                new GetExtendedAttribute(SyncPath.ROOT, name("a")),
                new SetExtendedAttribute(path("a"), name("é"), AttributeMode.EITHER, content(0)),
                new SetExtendedAttribute(path("a"), name("b"), AttributeMode.CREATE, content(9)),
                new SetExtendedAttribute(path("a"), name("c"), AttributeMode.REPLACE, content(Sync.MAX_VALUE)),
                new ListExtendedAttributes(path("a")),
                new RemoveExtendedAttribute(path("a"), name("n".repeat(AttributeName.MAX))));
        Stream<Message> changes = Stream.iterate(0, i -> i < 256, i -> i + 1)
                .map(SyncMessagesTest::changes)
                .flatMap(c -> Stream.of(new SetAttributes(path("a"), c), new SetHandleAttributes(-1, c)));
        DirectoryEntry entry = new DirectoryEntry(path("name"), attributes(FileKind.FILE));
        Stream<Message> replies = Stream.of(
                new Done(),
                new Failed(1),
                new Failed(4095),
                new Attributes(attributes(FileKind.FILE)),
                new Attributes(attributes(FileKind.DIRECTORY)),
                new Attributes(attributes(FileKind.SYMBOLIC_LINK)),
                new Opened(Long.MIN_VALUE, attributes(FileKind.FILE), -1),
                new Data(content(0)),
                new Data(content(100_000)),
                new Listing(List.of(), 0, true),
                new Listing(List.of(entry, entry), Long.MAX_VALUE, false),
                new LinkTarget("/etc/ü"),
                new FileSystem(4096, 10, 5, 3, 0),
                new Attributes(attributes(FileKind.OTHER)),
                new Position(Long.MAX_VALUE),
                new Value(content(0)),
                new Value(content(Sync.MAX_VALUE)),
                new Names(List.of()),
                new Names(List.of(name("a"), name("n".repeat(AttributeName.MAX)))));
        return Stream.of(requests, changes, replies).flatMap(s -> s);
    }

    private static byte[] encode(Message message) throws IOException {
        MemoryChannel channel = new MemoryChannel(new byte[0]);
        new FrameConnection(channel, Sync.MAX_BODY, POOL).send(77, message);
        return channel.written();
    }

    /** Decodes and encodes again while the frame is there, since data are views into it. */
    private static byte[] decodeAndEncode(byte[] bytes) throws IOException {
        try (Frame frame = frame(bytes)) {
            return encode(decode(frame));
        }
    }

    private static Frame frame(byte[] bytes) throws IOException {
        return Objects.requireNonNull(new FrameConnection(new MemoryChannel(bytes), Sync.MAX_BODY, POOL).receive());
    }

    private static Message decode(Frame frame) throws ProtocolException {
        return frame.type() < FIRST_REPLY ? SyncRequest.decode(frame) : SyncReply.decode(frame);
    }

    private static byte[] withBody(byte[] frame, int length) {
        byte[] bytes = Arrays.copyOf(frame, HEADER + length);
        ByteBuffer.wrap(bytes).putInt(0, length + 5);
        return bytes;
    }

    @ParameterizedTest
    @MethodSource("messages")
    void message_survivesTheWire(Message message) throws Exception {
        byte[] bytes = encode(message);
        assertThat(bytes.length - HEADER)
                .isLessThanOrEqualTo(message.encodedSize() + message.data().remaining());
        try (Frame frame = frame(bytes)) {
            assertThat(frame.requestId()).isEqualTo(77);
            assertThat(decode(frame)).isEqualTo(message);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void messageCutAnywhere_isRefused(Message message) throws Exception {
        byte[] whole = encode(message);
        int fields = whole.length - HEADER - message.data().remaining();
        for (int length = 0; length < fields; length += fields > 500 ? 37 : 1) {
            byte[] cut = withBody(whole, length);
            assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> decodeAndEncode(cut));
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void bytesAfterTheMessage_areRefused(Message message) throws Exception {
        if (message instanceof Data
                || message instanceof Write
                || message instanceof Value
                || message instanceof SetExtendedAttribute) {
            return; // whatever follows is data
        }
        byte[] whole = encode(message);
        byte[] longer = withBody(whole, whole.length - HEADER + 1);
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> decodeAndEncode(longer));
    }

    /** What is accepted has one spelling. */
    @ParameterizedTest
    @MethodSource("messages")
    void mutatedMessage_isRefusedOrEncodesToTheSameBytes(Message message) throws Exception {
        byte[] whole = encode(message);
        Random random = new Random(whole.length);
        int mutations = whole.length > 10_000 ? 20 : MUTATIONS;
        for (int i = 0; i < mutations; i++) {
            byte[] mutated = whole.clone();
            for (int flips = random.nextInt(3); flips >= 0; flips--) {
                int at = 4 + random.nextInt(mutated.length - 4);
                mutated[at] = random.nextBoolean() ? (byte) random.nextInt(256) : (byte) (mutated[at] ^ 1);
            }
            ByteBuffer.wrap(mutated).putInt(5, 77);
            try {
                assertThat(decodeAndEncode(mutated)).isEqualTo(mutated);
            } catch (ProtocolException refused) {
                assertThat(refused).hasMessageNotContaining("\n");
            }
        }
    }

    @Test
    void randomBodies_areRefusedOrEncodeToTheSameBytes() throws Exception {
        Random random = new Random(4);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[HEADER + random.nextInt(40)];
            random.nextBytes(bytes);
            ByteBuffer.wrap(bytes)
                    .putInt(0, bytes.length - 4)
                    .put(4, (byte) (16 + random.nextInt(26) + (random.nextBoolean() ? 112 : 0)))
                    .putInt(5, 77);
            if (bytes.length > HEADER + 4) {
                ByteBuffer.wrap(bytes).putInt(HEADER, random.nextInt(8));
            }
            try {
                assertThat(decodeAndEncode(bytes)).isEqualTo(bytes);
            } catch (ProtocolException refused) {
                assertThat(refused).hasMessageNotContaining("\n");
            }
        }
    }

    @Test
    void unknownTypes_areRefused() {
        for (int type = 0; type < 256; type++) {
            boolean isKnown = (type >= 16 && type <= 40) || (type >= 128 && type <= 138);
            byte[] bytes = {0, 0, 0, 5, (byte) type, 0, 0, 0, 77};
            if (!isKnown) {
                assertThatExceptionOfType(ProtocolException.class)
                        .isThrownBy(() -> decodeAndEncode(bytes))
                        .withMessageContaining("unknown");
            }
        }
    }

    private static byte[] raw(int type, int... body) {
        byte[] bytes = new byte[HEADER + body.length];
        ByteBuffer.wrap(bytes).putInt(body.length + 5).put((byte) type).putInt(77);
        for (int i = 0; i < body.length; i++) {
            bytes[HEADER + i] = (byte) body[i];
        }
        return bytes;
    }

    private static void assertRefused(byte[] bytes) {
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> decodeAndEncode(bytes));
    }

    @Test
    void timeThatIsSetTwice_isRefused() {
        assertRefused(raw(18, 0, 0, 0, 0, 16 + 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        assertRefused(raw(18, 0, 0, 0, 0, 32 + 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void rangeThatIsEmptyOrHasNoEnd_isRefused() throws Exception {
        assertRefused(encode(new Allocate(1, Allocation.GROW, 0, 0)));
        assertRefused(encode(new Allocate(1, Allocation.GROW, Long.MAX_VALUE, 1)));
        assertRefused(encode(new Allocate(1, Allocation.GROW, -1, 1)));
        assertRefused(encode(new Allocate(1, Allocation.GROW, 1, Long.MIN_VALUE)));
    }

    @Test
    void attributeNameOutOfBounds_isRefused() {
        assertRefused(raw(37, 0, 0, 0, 0, 0, 0, 0, 0));
        assertRefused(raw(37, 0, 0, 0, 0, 0, 0, 0, 2, 'a', 0));
        int[] tooLong = new int[8 + AttributeName.MAX + 1];
        Arrays.fill(tooLong, 'x');
        Arrays.fill(tooLong, 0, 8, 0);
        tooLong[7] = AttributeName.MAX + 1;
        assertRefused(raw(37, tooLong));
    }

    @Test
    void valueLongerThanTheKernelTakes_isRefused() throws Exception {
        assertRefused(encode(
                new SetExtendedAttribute(path("a"), name("c"), AttributeMode.EITHER, content(Sync.MAX_VALUE + 1))));
        assertRefused(encode(new Value(content(Sync.MAX_VALUE + 1))));
    }

    @Test
    void typesAreThoseOfTheDocument() throws Exception {
        assertThat(HexFormat.of().formatHex(encode(new Rename(path("a"), path("b/c"), true))))
                .isEqualTo("00000012210000004d000000016100000003622f6301");
        assertThat(HexFormat.of().formatHex(encode(new Failed(2)))).isEqualTo("00000007810000004d0002");
        assertThat(HexFormat.of().formatHex(encode(new Read(1, 2, 3))))
                .isEqualTo("00000019170000004d0000000000000001000000000000000200000003");
    }
}
