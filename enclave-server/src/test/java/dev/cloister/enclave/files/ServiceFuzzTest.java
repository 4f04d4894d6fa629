package dev.cloister.enclave.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.sync.Allocation;
import dev.cloister.protocol.sync.AttributeMode;
import dev.cloister.protocol.sync.OpenFlags;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.SyncReply.Opened;
import dev.cloister.protocol.sync.SyncRequest;
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
import dev.cloister.protocol.sync.SyncRequest.SetExtendedAttribute;
import dev.cloister.protocol.sync.SyncRequest.Synchronize;
import dev.cloister.protocol.sync.SyncRequest.Write;
import dev.cloister.protocol.sync.Timestamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random input, from a seed: the service survives, and nothing outside its root changes or is read. */
@Timeout(120)
class ServiceFuzzTest {
    private static final byte[] HELLO = HexFormat.of().parseHex("0000000e0100000000434c4f490000010001");
    private static final List<String> NAMES = List.of("a", "b", "c", "out", "way", "é");

    @TempDir
    private Path base;

    private ServedFolder served;

    @BeforeEach
    void start() throws Exception {
        served = new ServedFolder(base);
    }

    @AfterEach
    void everythingElseIsUntouched() throws Exception {
        assertThat(served.isServing()).isTrue();
        makeDeletable(served.root());
        try (SyncClient client = clientWhenThereIsRoom()) {
            client.put("still-alive", "yes");
            assertThat(client.get("still-alive")).isEqualTo("yes");
        }
        served.close();
        Path secret = served.outside().resolve("secret");
        assertThat(secret).hasContent(ServedFolder.SECRET);
        assertThat((int) Files.getAttribute(secret, "unix:nlink")).isEqualTo(1);
        assertThat(served.outside()).isDirectoryNotContaining(path -> !path.equals(secret));
        try (Stream<Path> entries = Files.list(base)) {
            assertThat(entries.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("root", "outside");
        }
    }

    /** The service may still be busy with ending the connections of the fuzzer, and takes no more than a few. */
    private SyncClient clientWhenThereIsRoom() throws Exception {
        for (int attempt = 0; attempt < 600; attempt++) {
            try {
                return served.client();
            } catch (IOException refused) {
                Thread.sleep(100);
            }
        }
        return served.client();
    }

    /** The fuzzer takes permissions away, without which an ordinary user could neither go on nor clean up. */
    private static void makeDeletable(Path folder) throws IOException {
        Files.setAttribute(folder, "unix:mode", 0700);
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.toList()) {
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    makeDeletable(entry);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomFrames_neitherEndTheServiceNorReachOutside(long seed) throws Exception {
        Random random = new Random(seed);
        for (int connection = 0; connection < 300; connection++) {
            try (Channel channel = served.channel()) {
                if (random.nextInt(10) > 0) {
                    channel.output().write(HELLO);
                }
                for (int i = random.nextInt(10); i >= 0; i--) {
                    channel.output().write(randomFrame(random));
                }
            } catch (IOException hungUp) {
                // As it should, at the first frame that means nothing.
            }
        }
    }

    private static byte[] randomFrame(Random random) {
        byte[] body = new byte[random.nextInt(random.nextBoolean() ? 40 : 4000)];
        random.nextBytes(body);
        if (body.length > 16 && random.nextBoolean()) {
            String[] paths = {"../outside/secret", "a/../../outside/secret", "a", "out/secret", "/", "a/b"};
            byte[] path = paths[random.nextInt(paths.length)].getBytes(UTF_8);
            ByteBuffer.wrap(body).putInt(path.length).put(path, 0, Math.min(path.length, body.length - 4));
        }
        int length = random.nextInt(20) == 0 ? random.nextInt() : body.length + 5;
        return ByteBuffer.allocate(9 + body.length)
                .putInt(length)
                .put((byte) (random.nextInt(20) == 0 ? random.nextInt(256) : 16 + random.nextInt(25)))
                .putInt(random.nextInt())
                .put(body)
                .array();
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void randomRequestsAmongPlantedLinks_neverReachOutside(long seed) throws Exception {
        Random random = new Random(seed);
        Files.createSymbolicLink(served.root().resolve("out"), served.outside());
        Files.createSymbolicLink(served.root().resolve("way"), Path.of("../outside/secret"));
        List<Long> handles = new ArrayList<>(List.of(0L));
        try (SyncClient client = served.client()) {
            for (int i = 0; i < 15_000; i++) {
                client.connection().send(i, randomRequest(random, handles));
                try (Frame frame = Objects.requireNonNull(client.connection().receive())) {
                    SyncReply reply = SyncReply.decode(frame);
                    if (reply instanceof Opened(long handle, var attributes, long _)) {
                        handles.add(handle);
                    }
                    assertThat(reply).isNotEqualTo(new SyncReply.Data(SyncClient.bytes(ServedFolder.SECRET)));
                }
            }
        }
    }

    private static SyncPath randomPath(Random random) throws IOException {
        List<String> names = new ArrayList<>();
        for (int i = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(3); i > 0; i--) {
            names.add(random.nextInt(10) == 0 ? "secret" : NAMES.get(random.nextInt(NAMES.size())));
        }
        return SyncPath.of(String.join("/", names));
    }

    private static SyncRequest randomRequest(Random random, List<Long> handles) throws IOException {
        SyncPath path = randomPath(random);
        SyncPath other = randomPath(random);
        long handle = handles.get(random.nextInt(handles.size()));
        long offset = random.nextInt(50) == 0 ? random.nextLong(Long.MAX_VALUE) : random.nextInt(5000);
        OpenFlags flags = new OpenFlags(
                true,
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean());
        return switch (random.nextInt(29)) {
            case 0 -> new GetAttributes(path);
            case 1 -> new GetHandleAttributes(handle);
            case 2 -> SyncClient.permissions(path.toString(), random.nextInt(01000));
            case 3 -> SyncClient.size(path.toString(), random.nextInt(100_000));
            case 4 -> SyncClient.modified(path.toString(), new Timestamp(random.nextLong(), 5));
            case 5 -> SyncClient.owner(path.toString(), -1, -1);
            case 6 -> SyncClient.size(handle, random.nextInt(100_000));
            case 7, 8 -> new Open(path, flags, random.nextInt(01000));
            case 9 -> new OpenDirectory(path);
            case 10 -> new ReadDirectory(handle, random.nextBoolean() ? 0 : random.nextLong());
            case 11 -> new Read(handle, offset, random.nextInt(100_000));
            case 12 -> new Write(handle, Math.min(offset, 1L << 30), ByteBuffer.allocate(random.nextInt(50_000)));
            case 13 -> new Synchronize(handle, random.nextBoolean());
            case 14 -> new Close(handle);
            case 15 -> new MakeDirectory(path, random.nextInt(01000));
            case 16 -> new MakeSymbolicLink(path, "../".repeat(random.nextInt(4)) + "outside/secret");
            case 17 -> new MakeLink(path, other);
            case 18 -> new ReadLink(path);
            case 19 -> new RemoveFile(path);
            case 20 -> new RemoveDirectory(path);
            case 21 -> new Rename(path, other, random.nextBoolean());
            case 22 -> allocate(random, handle);
            case 23 -> new Seek(handle, offset, random.nextBoolean());
            case 24 -> new GetExtendedAttribute(path, SyncClient.attribute("a"));
            case 25 ->
                new SetExtendedAttribute(
                        path,
                        SyncClient.attribute("a"),
                        any(random, List.of(AttributeMode.values())),
                        ByteBuffer.allocate(random.nextInt(500)));
            case 26 -> new ListExtendedAttributes(path);
            case 27 -> new RemoveExtendedAttribute(path, SyncClient.attribute("a"));
            default -> new GetFileSystem();
        };
    }

    private static <T> T any(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static SyncRequest allocate(Random random, long handle) {
        Allocation kind = any(random, List.of(Allocation.values()));
        long length = random.nextInt(20) == 0 ? Long.MAX_VALUE / 2 : 1 + random.nextInt(100_000);
        return new Allocate(handle, kind, random.nextInt(100_000), length);
    }
}
