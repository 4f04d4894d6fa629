package dev.cloister.enclave.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.enclave.posix.Errno;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.sync.Allocation;
import dev.cloister.protocol.sync.AttributeMode;
import dev.cloister.protocol.sync.AttributeName;
import dev.cloister.protocol.sync.Changes;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply.Attributes;
import dev.cloister.protocol.sync.SyncReply.Names;
import dev.cloister.protocol.sync.SyncReply.Value;
import dev.cloister.protocol.sync.SyncRequest;
import dev.cloister.protocol.sync.SyncRequest.Allocate;
import dev.cloister.protocol.sync.SyncRequest.GetExtendedAttribute;
import dev.cloister.protocol.sync.SyncRequest.ListExtendedAttributes;
import dev.cloister.protocol.sync.SyncRequest.RemoveExtendedAttribute;
import dev.cloister.protocol.sync.SyncRequest.Seek;
import dev.cloister.protocol.sync.SyncRequest.SetExtendedAttribute;
import dev.cloister.protocol.sync.SyncRequest.SetHandleAttributes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a hostile parent instance may ask about room, holes, extended attributes and open files. */
@Timeout(60)
class HostileOperationsTest {
    private static final byte[] HELLO = HexFormat.of().parseHex("0000000e0100000000434c4f490000010001");
    private static final int RACES = 3000;

    @TempDir
    private Path base;

    private ServedFolder served;

    @BeforeEach
    void start() throws Exception {
        served = new ServedFolder(base);
    }

    @AfterEach
    void secretIsUntouched() throws Exception {
        assertThat(served.isServing()).isTrue();
        served.close();
        assertThat(served.outside().resolve("secret")).hasContent(ServedFolder.SECRET);
    }

    private void assertHangsUp(int type, byte[] body) throws IOException {
        try (Channel channel = served.channel()) {
            channel.output().write(HELLO);
            assertThat(channel.input().readNBytes(HELLO.length)).isEqualTo(HELLO);
            channel.output()
                    .write(ByteBuffer.allocate(9 + body.length)
                            .putInt(5 + body.length)
                            .put((byte) type)
                            .putInt(1)
                            .put(body)
                            .array());
            assertThat(channel.input().readAllBytes()).isEmpty();
        }
    }

    private static byte[] body(Object... fields) {
        ByteBuffer body = ByteBuffer.allocate(100_000);
        for (Object field : fields) {
            switch (field) {
                case Long value -> body.putLong(value);
                case Integer value -> body.put((byte) (int) value);
                case String text -> {
                    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
                    body.putInt(bytes.length).put(bytes);
                }
                default -> throw new IllegalArgumentException();
            }
        }
        byte[] filled = new byte[body.flip().remaining()];
        body.get(filled);
        return filled;
    }

    @Test
    void attributeNameOutsideOfItsClass_cannotBeSpelled() throws Exception {
        Path file = Files.writeString(served.root().resolve("a"), "x");
        for (String name : List.of("", "n".repeat(251), "a\0b", "\0")) {
            assertHangsUp(37, body("a", name));
            assertHangsUp(38, body("a", name, 0, 0));
            assertHangsUp(40, body("a", name));
        }
        // Whatever a name looks like, it is one of the class "user.".
        try (SyncClient client = served.client()) {
            for (String name : List.of("security.capability", "../trusted.x", "system.posix_acl_access")) {
                AttributeName attribute = SyncClient.attribute(name);
                int errno = client.errno(
                        new SetExtendedAttribute(SyncPath.of("a"), attribute, AttributeMode.EITHER, bytes("v")));
                assertThat(errno).isIn(0, Errno.EOPNOTSUPP);
            }
        }
        assertThat(Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
                        .list())
                .allMatch(name -> name.contains("."));
    }

    private static ByteBuffer bytes(String text) {
        return SyncClient.bytes(text);
    }

    @Test
    void pathOutOfTheRoot_endsTheConnection() throws Exception {
        for (String path : List.of("..", "../outside/secret", "/etc/passwd", "a/./b", "a//b", "a\0")) {
            assertHangsUp(37, body(path, "x"));
            assertHangsUp(38, body(path, "x", 0, 0));
            assertHangsUp(39, body(path));
            assertHangsUp(40, body(path, "x"));
        }
    }

    @Test
    void rangesKindsAndModesOutOfBounds_endTheConnection() throws Exception {
        assertHangsUp(35, body(1L, 3, 0L, 1L));
        assertHangsUp(35, body(1L, 0, -1L, 1L));
        assertHangsUp(35, body(1L, 0, 0L, 0L));
        assertHangsUp(35, body(1L, 0, Long.MAX_VALUE, 1L));
        assertHangsUp(36, body(1L, -1L, 0));
        assertHangsUp(36, body(1L, 0L, 2));
        assertHangsUp(38, body("a", "x", 3, 0));
        assertHangsUp(19, body(1L, 1, 0x0f, 0xff));
        assertHangsUp(19, body(1L, 16 + 64));
    }

    @Test
    void handleOfAnotherConnection_isUnknown() throws Exception {
        try (SyncClient owner = served.client();
                SyncClient thief = served.client()) {
            owner.put("a", "hello");
            long handle = owner.open("a", SyncClient.READ_WRITE);
            for (long guess : new long[] {handle - 1, handle, handle + 1, 0, -1, Long.MIN_VALUE}) {
                for (SyncRequest request : List.of(
                        new SetHandleAttributes(guess, Changes.ofPermissions(0)),
                        new SetHandleAttributes(guess, Changes.ofSize(0)),
                        new Allocate(guess, Allocation.PUNCH_HOLE, 0, 5),
                        new Seek(guess, 0, true))) {
                    assertThat(thief.errno(request)).isEqualTo(Errno.EBADF);
                }
            }
            assertThat(owner.read(handle, 0, 10)).isEqualTo("hello");
        }
    }

    @Test
    void hugeAllocations_areNoSpaceAndTheServiceGoesOn() throws Exception {
        try (SyncClient client = served.client()) {
            long handle = client.open("a", SyncClient.CREATE);
            long free = Files.getFileStore(served.root()).getUsableSpace();
            for (long length : new long[] {free + (1L << 32), 1L << 45, 1L << 62, Long.MAX_VALUE}) {
                for (Allocation kind : new Allocation[] {Allocation.GROW, Allocation.KEEP_SIZE}) {
                    assertThat(client.errno(new Allocate(handle, kind, 0, length)))
                            .isEqualTo(Errno.ENOSPC);
                }
            }
            client.ask(new Allocate(handle, Allocation.PUNCH_HOLE, 0, Long.MAX_VALUE));
            assertThat(client.attributes("a").size()).isZero();
            assertThat(client.attributes("a").blocks()).isZero();
            client.write(handle, 0, "still here");
            assertThat(client.get("a")).isEqualTo("still here");
        }
    }

    @Test
    void permissionsThroughAHandle_clearWhatTheParentMayNotSet() throws Exception {
        try (SyncClient client = served.client()) {
            client.put("a", "x");
            Files.setAttribute(served.root().resolve("a"), "unix:mode", 06755);
            long handle = client.open("a", SyncClient.READ);
            client.attributes(new SetHandleAttributes(handle, Changes.ofPermissions(0711)));
        }
        assertThat((int) Files.getAttribute(served.root().resolve("a"), "unix:mode") & 07777)
                .isEqualTo(0711);
    }

    @Test
    void plantedLink_isNeverFollowed() throws Exception {
        Files.createSymbolicLink(served.root().resolve("link"), served.outside().resolve("secret"));
        Files.createSymbolicLink(served.root().resolve("out"), served.outside());
        try (SyncClient client = served.client()) {
            for (SyncRequest request : attributeRequests("link")) {
                assertThat(client.errno(request)).isEqualTo(Errno.EPERM);
            }
            for (SyncRequest request : attributeRequests("out/secret")) {
                assertThat(client.errno(request)).isEqualTo(Errno.ENOTDIR);
            }
        }
    }

    private static List<SyncRequest> attributeRequests(String name) throws IOException {
        SyncPath path = SyncPath.of(name);
        AttributeName attribute = SyncClient.attribute("x");
        return List.of(
                new GetExtendedAttribute(path, attribute),
                new SetExtendedAttribute(path, attribute, AttributeMode.EITHER, bytes("planted")),
                new ListExtendedAttributes(path),
                new RemoveExtendedAttribute(path, attribute));
    }

    @Test
    void fileSwappedForALink_neverLeadsOutside() throws Exception {
        Path secret = served.outside().resolve("secret");
        setSecret(secret);
        Path name = served.root().resolve("f");
        Path honest = Files.writeString(served.root().resolve("honest"), "x");
        Path link = Files.createSymbolicLink(served.root().resolve("link"), secret);
        AtomicBoolean stop = new AtomicBoolean();
        Thread swapper = Thread.ofPlatform().start(() -> swap(name, honest, link, stop));
        try (SyncClient client = served.client()) {
            for (int i = 0; i < RACES; i++) {
                for (SyncRequest request : attributeRequests("f")) {
                    switch (client.ask(request)) {
                        case Value value -> assertThat(value.content()).isNotEqualTo(bytes("secret"));
                        case Names names -> assertThat(names.names()).doesNotContain(SyncClient.attribute("secret"));
                        case Attributes _ -> throw new AssertionError();
                        default -> {}
                    }
                }
            }
        } finally {
            stop.set(true);
            swapper.join();
        }
        var view = Files.getFileAttributeView(secret, UserDefinedFileAttributeView.class);
        assertThat(view.list()).isIn(List.of("secret"), List.of());
    }

    private static void setSecret(Path secret) {
        Optional.ofNullable(Files.getFileAttributeView(secret, UserDefinedFileAttributeView.class))
                .ifPresent(view -> {
                    try {
                        view.write("secret", bytes("secret"));
                    } catch (IOException e) {
                        // The file system keeps none; then there is none to be reached either.
                        assertThat(e).isNotNull();
                    }
                });
    }

    private static void swap(Path name, Path honest, Path link, AtomicBoolean stop) {
        try {
            while (!stop.get()) {
                for (Path each : List.of(honest, link)) {
                    Files.move(each, name, StandardCopyOption.ATOMIC_MOVE);
                    Files.move(name, each, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
