package dev.cloister.enclave.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloister.enclave.posix.Errno;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.libc.SystemCallException;
import dev.cloister.protocol.sync.FileKind;
import dev.cloister.protocol.sync.Sync;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply.LinkTarget;
import dev.cloister.protocol.sync.SyncRequest;
import dev.cloister.protocol.sync.SyncRequest.Close;
import dev.cloister.protocol.sync.SyncRequest.GetAttributes;
import dev.cloister.protocol.sync.SyncRequest.GetHandleAttributes;
import dev.cloister.protocol.sync.SyncRequest.MakeDirectory;
import dev.cloister.protocol.sync.SyncRequest.MakeLink;
import dev.cloister.protocol.sync.SyncRequest.MakeSymbolicLink;
import dev.cloister.protocol.sync.SyncRequest.Open;
import dev.cloister.protocol.sync.SyncRequest.OpenDirectory;
import dev.cloister.protocol.sync.SyncRequest.Read;
import dev.cloister.protocol.sync.SyncRequest.ReadDirectory;
import dev.cloister.protocol.sync.SyncRequest.ReadLink;
import dev.cloister.protocol.sync.SyncRequest.RemoveDirectory;
import dev.cloister.protocol.sync.SyncRequest.RemoveFile;
import dev.cloister.protocol.sync.SyncRequest.Rename;
import dev.cloister.protocol.sync.SyncRequest.Write;
import dev.cloister.protocol.sync.Timestamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a parent instance under an attacker's control may send, and what may lie on the disk. */
@Timeout(60)
class HostileParentTest {
    private static final byte[] HELLO = HexFormat.of().parseHex("0000000e0100000000434c4f490000010001");
    private static final int GET_ATTRIBUTES = 16;
    private static final int OPEN = 20;
    private static final int READ = 23;
    private static final int WRITE = 24;
    private static final int READ_LINK = 30;
    private static final int RENAME = 33;
    private static final int EPIPE = 32;
    private static final int ECONNRESET = 104;

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
        try (SyncClient client = served.client()) {
            assertThat(client.attributes("").kind()).isEqualTo(FileKind.DIRECTORY);
        }
        served.close();
        assertThat(served.outside().resolve("secret")).hasContent(ServedFolder.SECRET);
        assertThat(served.outside()).isDirectoryNotContaining(path -> !path.endsWith("secret"));
        try (var entries = Files.list(base)) {
            assertThat(entries.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("root", "outside");
        }
    }

    private static byte[] frame(int type, byte[]... fields) {
        int length = 0;
        for (byte[] field : fields) {
            length += field.length;
        }
        ByteBuffer frame = ByteBuffer.allocate(9 + length)
                .putInt(5 + length)
                .put((byte) type)
                .putInt(1);
        for (byte[] field : fields) {
            frame.put(field);
        }
        return frame.array();
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return ByteBuffer.allocate(4 + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private static byte[] u32(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] i64(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    /** Sends bytes after the hello, or as the first ones, and demands that the service hangs up without an answer. */
    private void assertHangsUp(boolean afterHello, byte[]... frames) throws IOException {
        try (Channel channel = served.channel()) {
            if (afterHello) {
                channel.output().write(HELLO);
                assertThat(channel.input().readNBytes(HELLO.length)).isEqualTo(HELLO);
            }
            assertThat(answerTo(channel, frames)).isEmpty();
        }
    }

    /** What comes back until the service hangs up, which it may do before it has all. */
    private static byte[] answerTo(Channel channel, byte[]... frames) throws IOException {
        try {
            for (byte[] frame : frames) {
                channel.output().write(frame);
            }
            return channel.input().readAllBytes();
        } catch (SystemCallException e) {
            assertThat(e.errno()).isIn(EPIPE, ECONNRESET);
            return new byte[0];
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                ".",
                "../outside/secret",
                "a/../../outside/secret",
                "/etc/passwd",
                "/",
                "a//b",
                "a/",
                "a/.",
                "a\0/../b",
                "\0"
            })
    void pathOutOfTheRoot_endsTheConnection(String path) throws Exception {
        assertHangsUp(true, frame(GET_ATTRIBUTES, text(path)));
        assertHangsUp(true, frame(OPEN, text(path), new byte[] {3, 1, (byte) 0xa4}));
        assertHangsUp(true, frame(READ_LINK, text(path)));
        assertHangsUp(true, frame(RENAME, text("a"), text(path), new byte[] {1}));
        assertHangsUp(true, frame(RENAME, text(path), text("a"), new byte[] {1}));
    }

    @Test
    void overLongNames_endTheConnection() throws Exception {
        assertHangsUp(true, frame(GET_ATTRIBUTES, text("n".repeat(256))));
        assertHangsUp(true, frame(GET_ATTRIBUTES, text("n/".repeat(2048) + "n")));
    }

    @Test
    void longestNamesAndDeepestPath_areAnswered() throws Exception {
        try (SyncClient client = served.client()) {
            assertThat(client.errno(new GetAttributes(SyncPath.of("n".repeat(255)))))
                    .isEqualTo(Errno.ENOENT);
            assertThat(client.errno(new GetAttributes(SyncPath.of("n/".repeat(2047) + "n"))))
                    .isEqualTo(Errno.ENOENT);
        }
    }

    @Test
    void lengthsThatLie_endTheConnection() throws Exception {
        for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 5, 4097}) {
            assertHangsUp(true, frame(GET_ATTRIBUTES, u32(length), "abcd".getBytes(US_ASCII)));
        }
        assertHangsUp(true, frame(GET_ATTRIBUTES, u32(3), "abcd".getBytes(US_ASCII)));
    }

    @Test
    void framesOutOfBounds_endTheConnection() throws Exception {
        for (int length : new int[] {-1, 0, 4, Sync.MAX_BODY + 6, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            byte[] frame = frame(GET_ATTRIBUTES, text("a"));
            ByteBuffer.wrap(frame).putInt(0, length);
            assertHangsUp(true, frame);
            assertHangsUp(false, frame);
        }
    }

    @Test
    void unknownTypes_endTheConnection() throws Exception {
        for (int type : new int[] {0, 1, 2, 15, 41, 127, 128, 132, 255}) {
            assertHangsUp(true, frame(type, text("a")));
        }
    }

    @Test
    void requestBeforeHello_endsTheConnectionAndDoesNothing() throws Exception {
        assertHangsUp(false, frame(27, text("made"), new byte[] {1, (byte) 0xff}), HELLO);
        assertThat(served.root()).isEmptyDirectory();
    }

    @Test
    void offsetsAndLengthsOutOfBounds_endTheConnectionOrFail() throws Exception {
        assertHangsUp(true, frame(READ, i64(1), i64(-1), u32(1)));
        assertHangsUp(true, frame(READ, i64(1), i64(0), u32(-1)));
        assertHangsUp(true, frame(READ, i64(1), i64(0), u32(Sync.MAX_DATA + 1)));
        assertHangsUp(true, frame(WRITE, i64(1), i64(-1), new byte[10]));
        assertHangsUp(true, frame(WRITE, i64(1), i64(0), new byte[Sync.MAX_DATA + 1]));
        try (SyncClient client = served.client()) {
            long handle = client.open("a", SyncClient.CREATE);
            for (long offset : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 5, Long.MAX_VALUE - Sync.MAX_DATA}) {
                assertThat(client.errno(new Write(handle, offset, ByteBuffer.allocate(Sync.MAX_DATA))))
                        .isNotZero();
                client.ask(new Read(handle, offset, Sync.MAX_DATA));
            }
            assertThat(client.errno(SyncClient.size(handle, Long.MAX_VALUE))).isNotZero();
            long directory = client.openDirectory("");
            for (long cookie : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 12345}) {
                client.ask(new ReadDirectory(directory, cookie));
            }
        }
    }

    @Test
    void permissionsBeyondTheNineBits_endTheConnection() throws Exception {
        try (SyncClient client = served.client()) {
            client.put("a", "x");
        }
        for (int permissions : new int[] {01000, 02000, 04000, 0xffff}) {
            byte[] bits = {(byte) (permissions >> 8), (byte) permissions};
            assertHangsUp(true, frame(OPEN, text("b"), new byte[] {8 | 3}, bits));
            assertHangsUp(true, frame(27, text("b"), bits));
            assertHangsUp(true, frame(18, text("a"), new byte[] {1}, bits));
        }
        assertThat(served.root().resolve("b")).doesNotExist();
        assertThat((int) Files.getAttribute(served.root().resolve("a"), "unix:mode") & 07000)
                .isZero();
    }

    @Test
    void handleOfAnotherConnection_isUnknown() throws Exception {
        try (SyncClient owner = served.client();
                SyncClient thief = served.client()) {
            owner.put("a", "hello");
            long handle = owner.open("a", SyncClient.READ_WRITE);
            List<Long> guesses = new ArrayList<>(List.of(0L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, 3L, 4L));
            for (long guess = handle - 5; guess < handle + 5; guess++) {
                guesses.add(guess);
            }
            for (long guess : guesses) {
                assertThat(thief.errno(new Read(guess, 0, 10))).isEqualTo(Errno.EBADF);
                assertThat(thief.errno(new Write(guess, 0, SyncClient.bytes("x"))))
                        .isEqualTo(Errno.EBADF);
                assertThat(thief.errno(new GetHandleAttributes(guess))).isEqualTo(Errno.EBADF);
                assertThat(thief.errno(SyncClient.size(guess, 0))).isEqualTo(Errno.EBADF);
                assertThat(thief.errno(new ReadDirectory(guess, 0))).isEqualTo(Errno.EBADF);
                assertThat(thief.errno(new Close(guess))).isEqualTo(Errno.EBADF);
            }
            assertThat(owner.read(handle, 0, 10)).isEqualTo("hello");
        }
    }

    /** Every request with {@code path} in every place where it takes one. */
    private static List<SyncRequest> everyRequestOn(String path) throws Exception {
        SyncPath at = SyncPath.of(path);
        SyncPath other = SyncPath.of("other");
        List<SyncRequest> requests = new ArrayList<>(List.of(
                new GetAttributes(at),
                new Open(at, SyncClient.READ, 0),
                new Open(at, SyncClient.WRITE, 0),
                new Open(at, SyncClient.CREATE, 0600),
                new Open(at, SyncClient.CREATE_NEW, 0600),
                new Open(at, SyncClient.TRUNCATE, 0),
                new Open(at, SyncClient.APPEND, 0),
                new OpenDirectory(at),
                new MakeDirectory(at, 0777),
                new MakeSymbolicLink(at, "x"),
                new MakeLink(at, other),
                new MakeLink(other, at),
                new ReadLink(at),
                new RemoveDirectory(at),
                SyncClient.permissions(path, 0777),
                SyncClient.owner(path, 1, 1),
                SyncClient.size(path, 0),
                SyncClient.modified(path, new Timestamp(1, 1))));
        requests.add(new Rename(other, at, false));
        return requests;
    }

    @Test
    void plantedLinkInsideAPath_isNeverFollowed() throws Exception {
        Files.createSymbolicLink(served.root().resolve("out"), served.outside());
        Files.createDirectories(served.root().resolve("d/e"));
        Files.createSymbolicLink(served.root().resolve("d/e/up"), Path.of("../../../outside"));
        Files.createSymbolicLink(served.root().resolve("loop"), Path.of("loop"));
        try (SyncClient client = served.client()) {
            client.put("other", "x");
            for (String way : List.of("out", "d/e/up", "loop")) {
                for (String end : List.of("/secret", "/new", "/secret/x")) {
                    for (SyncRequest request : everyRequestOn(way + end)) {
                        assertThat(client.errno(request)).as("%s", request).isEqualTo(Errno.ENOTDIR);
                    }
                    assertThat(client.errno(new RemoveFile(SyncPath.of(way + end))))
                            .isEqualTo(Errno.ENOTDIR);
                }
            }
        }
    }

    @Test
    void plantedLinkAtTheEnd_isALinkAndNotWhatItPointsTo() throws Exception {
        Path secret = served.outside().resolve("secret");
        FileTime modified = Files.getLastModifiedTime(secret);
        Object mode = Files.getAttribute(secret, "unix:mode");
        Files.createSymbolicLink(served.root().resolve("link"), secret);
        Files.createSymbolicLink(served.root().resolve("folder"), served.outside());
        Files.createSymbolicLink(
                served.root().resolve("dangling"), served.outside().resolve("new"));
        try (SyncClient client = served.client()) {
            assertThat(client.attributes("link").kind()).isEqualTo(FileKind.SYMBOLIC_LINK);
            assertThat(client.ask(new ReadLink(SyncPath.of("link")))).isEqualTo(new LinkTarget(secret.toString()));
            for (String name : List.of("link", "folder", "dangling")) {
                for (SyncRequest request : everyRequestOn(name)) {
                    client.ask(request);
                }
                assertThat(client.errno(new Open(SyncPath.of(name), SyncClient.READ, 0)))
                        .isEqualTo(Errno.ELOOP);
                assertThat(client.errno(new OpenDirectory(SyncPath.of(name)))).isEqualTo(Errno.ENOTDIR);
                assertThat(client.errno(SyncClient.permissions(name, 0777))).isEqualTo(Errno.EOPNOTSUPP);
                assertThat(client.errno(SyncClient.size(name, 0))).isEqualTo(Errno.EINVAL);
            }
        }
        assertThat(Files.getLastModifiedTime(secret)).isEqualTo(modified);
        assertThat(Files.getAttribute(secret, "unix:mode")).isEqualTo(mode);
        assertThat((int) Files.getAttribute(secret, "unix:nlink")).isEqualTo(1);
    }

    /** The lesson of a "dataset file" that pointed to the decrypted code. */
    @Test
    void linkMadeByTheParent_isNoLinkInTheEnclave() throws Exception {
        Path secret = served.outside().resolve("secret");
        try (SyncClient client = served.client()) {
            client.done(new MakeSymbolicLink(SyncPath.of("dataset.csv"), secret.toString()));
            assertThat(client.errno(new Open(SyncPath.of("dataset.csv"), SyncClient.READ, 0)))
                    .isEqualTo(Errno.ELOOP);
            assertThat(client.errno(new Open(SyncPath.of("dataset.csv"), SyncClient.CREATE, 0600)))
                    .isEqualTo(Errno.ELOOP);
            assertThat(client.errno(new Open(SyncPath.of("dataset.csv"), SyncClient.TRUNCATE, 0)))
                    .isEqualTo(Errno.ELOOP);
            assertThat(client.errno(SyncClient.permissions("dataset.csv", 0666)))
                    .isEqualTo(Errno.EOPNOTSUPP);
            assertThat(client.errno(SyncClient.size("dataset.csv", 0))).isEqualTo(Errno.EINVAL);
            assertThat(client.errno(new GetAttributes(SyncPath.of("dataset.csv/x"))))
                    .isEqualTo(Errno.ENOTDIR);
        }
        Path inEnclave = served.root().resolve("dataset.csv");
        assertThat(Files.isRegularFile(inEnclave, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(inEnclave).hasContent(secret.toString());
        assertThat((int) Files.getAttribute(inEnclave, "unix:mode") & 07777).isEqualTo(01444);
    }

    @Test
    void overLongLinkFile_isNotRead() throws Exception {
        Path file = Files.writeString(served.root().resolve("link"), "x".repeat(10_000));
        Files.setAttribute(file, "unix:mode", 01644);
        try (SyncClient client = served.client()) {
            assertThat(client.errno(new ReadLink(SyncPath.of("link")))).isEqualTo(Errno.ENAMETOOLONG);
        }
    }

    /** Made by an application: with replacement characters the target would not fit the answer. */
    @Test
    void linkFileThatIsNotText_isNotReadAndCutsNobodyOff() throws Exception {
        byte[] noText = new byte[4095];
        Arrays.fill(noText, (byte) 0xff);
        Path file = Files.write(served.root().resolve("link"), noText);
        Files.setAttribute(file, "unix:mode", 01644);
        try (SyncClient client = served.client()) {
            assertThat(client.errno(new ReadLink(SyncPath.of("link")))).isEqualTo(Errno.EIO);
            assertThat(client.names("")).containsExactly("link");
        }
    }

    private void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    @Test
    void fifo_isListedAndNeverOpened() throws Exception {
        run("mkfifo", served.root().resolve("fifo").toString());
        assertSpecialFileIsRefused("fifo");
    }

    @Test
    void deviceNode_isListedAndNeverOpened() throws Exception {
        assumeTrue(FileOperationsTest.isPrivileged(), "only root can make a device node");
        run("mknod", served.root().resolve("zero").toString(), "c", "1", "5");
        assertSpecialFileIsRefused("zero");
    }

    private void assertSpecialFileIsRefused(String name) throws Exception {
        SyncPath path = SyncPath.of(name);
        try (SyncClient client = served.client()) {
            assertThat(client.names("")).containsExactly(name);
            assertThat(client.attributes(name).kind()).isEqualTo(FileKind.OTHER);
            for (var flags : List.of(SyncClient.READ, SyncClient.WRITE, SyncClient.CREATE, SyncClient.TRUNCATE)) {
                assertThat(client.errno(new Open(path, flags, 0600))).isEqualTo(Errno.EPERM);
            }
            assertThat(client.errno(SyncClient.permissions(name, 0666))).isEqualTo(Errno.EPERM);
            assertThat(client.errno(SyncClient.size(name, 0))).isEqualTo(Errno.EPERM);
            assertThat(client.errno(new MakeLink(path, SyncPath.of("b")))).isEqualTo(Errno.EPERM);
            assertThat(client.errno(new ReadLink(path))).isEqualTo(Errno.EINVAL);
            client.done(new Rename(path, SyncPath.of("moved"), true));
            client.done(new RemoveFile(SyncPath.of("moved")));
            assertThat(client.names("")).isEmpty();
        }
    }

    @Test
    void moreHandlesThanAllowed_areRefusedUntilOneIsClosed() throws Exception {
        try (SyncClient client = served.client()) {
            client.put("a", "x");
            List<Long> handles = new ArrayList<>();
            for (int i = 0; i < ServiceLimits.DEFAULT.handles(); i++) {
                handles.add(client.open("a", SyncClient.READ));
            }
            assertThat(client.errno(new Open(SyncPath.of("a"), SyncClient.TRUNCATE, 0)))
                    .isEqualTo(Errno.EMFILE);
            assertThat(client.errno(new Open(SyncPath.of("b"), SyncClient.CREATE, 0)))
                    .isEqualTo(Errno.EMFILE);
            assertThat(served.root().resolve("b")).doesNotExist();
            assertThat(client.errno(new OpenDirectory(SyncPath.ROOT))).isEqualTo(Errno.EMFILE);
            client.done(new Close(handles.getFirst()));
            assertThat(client.get("a")).isEqualTo("x");
        }
    }
}
