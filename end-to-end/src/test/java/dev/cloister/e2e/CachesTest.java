package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloister.enclave.files.FileService;
import dev.cloister.enclave.posix.Directory;
import dev.cloister.host.mount.FuseMount;
import dev.cloister.host.mount.MountPoint;
import dev.cloister.host.remote.RemoteFileSystem;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.EnclaveAddress;
import dev.cloister.protocol.channel.Listener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two mounts of one enclave's folder, and what changes it behind them: no cache gives out what is older than promised. */
@Timeout(300)
class CachesTest {
    private static final int ROUNDS = 150;

    private final AtomicLong runsEnded = new AtomicLong();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Path base = Path.of("");
    private Path root = Path.of("");
    private Path one = Path.of("");
    private Path other = Path.of("");

    @BeforeEach
    void mountTwice() throws Exception {
        assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "there is no /dev/fuse that this user may use");
        // Unix sockets want short paths. In memory, as the enclave's folder is.
        base = Files.createTempDirectory(Path.of("/dev/shm"), "caches");
        root = Files.createDirectory(base.resolve("root"));
        Directory directory = Directory.open(root);
        open.add(directory);
        EnclaveAddress address = new EnclaveAddress.Folder(base);
        Listener listener = Channels.listen(address.enclavePort(Address.SYNC_PORT));
        FileService service = new FileService(directory, runsEnded::get);
        open.add(service);
        open.add(listener);
        Thread.ofPlatform().daemon().start(() -> serve(service, listener));
        one = mount(address, "one");
        other = mount(address, "other");
    }

    private static void serve(FileService service, Listener listener) {
        try {
            service.serve(listener);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Path mount(EnclaveAddress address, String name) throws Exception {
        Path folder = Files.createDirectory(base.resolve(name));
        RemoteFileSystem files = RemoteFileSystem.connect(address, () -> {});
        open.add(files);
        FuseMount mount = FuseMount.mount(files, MountPoint.prepare(folder), false);
        open.add(() -> {
            mount.close();
            mount.awaitEnd();
        });
        return folder;
    }

    @AfterEach
    void unmount() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        if (!base.toString().isEmpty()) {
            try (var paths = Files.walk(base)) {
                for (Path path : paths.toList().reversed()) {
                    Files.delete(path);
                }
            }
        }
    }

    /** As quick as can be, so that many changes fall into one tick of the clock that times of change are taken from. */
    @Test
    void writtenAndClosedThroughOneMount_isWhatTheOtherReads() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String text = "%08d".formatted(round).repeat(1000);
            Files.writeString(one.resolve("file"), text);
            assertThat(Files.readString(other.resolve("file"))).isEqualTo(text);
            assertThat(Files.readString(other.resolve("file"))).isEqualTo(text);
            assertThat(Files.readString(one.resolve("file"))).isEqualTo(text);
        }
    }

    /** The file is not made anew, keeps its size, and is read before each change. */
    @Test
    void overwrittenInPlaceThroughOneMount_isWhatTheOtherReads() throws Exception {
        Files.write(one.resolve("file"), new byte[100_000]);
        for (int round = 1; round < ROUNDS; round++) {
            assertThat(Files.readAllBytes(other.resolve("file"))[50_000]).isEqualTo((byte) (round - 1));
            try (FileChannel file = FileChannel.open(one.resolve("file"), StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap(new byte[] {(byte) round}), 50_000);
            }
            assertThat(Files.readAllBytes(other.resolve("file"))[50_000]).isEqualTo((byte) round);
        }
    }

    @Test
    void attributesOfAnOpenFile_areThoseAfterTheLastCloseElsewhere() throws Exception {
        Files.createFile(one.resolve("file"));
        try (FileChannel reader = FileChannel.open(other.resolve("file"))) {
            for (int round = 1; round <= ROUNDS; round++) {
                assertThat(Files.size(other.resolve("file"))).isEqualTo(round - 1);
                assertThat(reader.size()).isEqualTo(round - 1);
                Files.write(one.resolve("file"), new byte[1], StandardOpenOption.APPEND);
                assertThat(reader.size()).isEqualTo(round);
            }
        }
    }

    /** The attributes that a look-up has brought are not those that are seen after the file was opened. */
    @Test
    void attributesAfterOpen_areNotThoseOfTheLookUp() throws Exception {
        Files.createFile(one.resolve("file"));
        for (int round = 1; round <= ROUNDS; round++) {
            try (FileChannel reader = FileChannel.open(other.resolve("file"))) {
                Files.write(one.resolve("file"), new byte[1], StandardOpenOption.APPEND);
                assertThat(reader.size()).isEqualTo(round);
            }
        }
    }

    @Test
    void namesChangedThroughOneMount_areSeenThroughTheOther() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Path folder = one.resolve("folder");
            Files.createDirectory(folder);
            Files.createFile(folder.resolve("file"));
            assertThat(other.resolve("folder/file")).isRegularFile();
            Files.delete(folder.resolve("file"));
            assertThat(other.resolve("folder/file")).doesNotExist();
            Files.delete(folder);
            assertThat(other.resolve("folder")).doesNotExist();
            Files.writeString(folder, "now a file");
            assertThat(other.resolve("folder")).hasContent("now a file");
            Files.delete(folder);
        }
    }

    @Test
    void folderReplacedByALinkThroughOneMount_isFollowedThroughTheOther() throws Exception {
        Files.createDirectory(one.resolve("target"));
        Files.writeString(one.resolve("target/file"), "behind the link");
        for (int round = 0; round < 20; round++) {
            Files.createDirectory(one.resolve("folder"));
            assertThat(other.resolve("folder")).isEmptyDirectory();
            Files.delete(one.resolve("folder"));
            Files.createSymbolicLink(one.resolve("folder"), Path.of("target"));
            assertThat(Files.readString(other.resolve("folder/file"))).isEqualTo("behind the link");
            Files.delete(one.resolve("folder"));
        }
    }

    /** Which leaves size and, on older kernels, times as they were. */
    private void changeThroughAMapping(String name, int value) throws IOException {
        try (FileChannel file =
                FileChannel.open(root.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            file.map(FileChannel.MapMode.READ_WRITE, 0, 1).put(0, (byte) value);
        }
    }

    @Test
    void changedByARunThroughAMapping_isSeenDuringTheRunAndAfterIt() throws Exception {
        Path file = one.resolve("file");
        Files.write(file, new byte[10_000]);
        for (int round = 1; round <= 20; round++) {
            warm(file);
            runsEnded.set(-1);
            changeThroughAMapping("file", 2 * round - 1);
            assertThat(Files.readAllBytes(file)[0]).isEqualTo((byte) (2 * round - 1));
            changeThroughAMapping("file", 2 * round);
            runsEnded.set(round);
            assertThat(Files.readAllBytes(file)[0]).isEqualTo((byte) (2 * round));
        }
    }

    /** Seen by taking the enclave away once the file is open. */
    @Test
    void unchangedFile_isNotReadAgain() throws Exception {
        Path file = one.resolve("file");
        Files.writeString(file, "x".repeat(10_000));
        warm(file);
        try (FileChannel kept = FileChannel.open(file)) {
            service().close();
            ByteBuffer content = ByteBuffer.allocate(5_000);
            assertThat(kept.read(content, 0)).isEqualTo(5_000);
            assertThat(content.get(4_999)).isEqualTo((byte) 'x');
        }
    }

    private FileService service() {
        return open.stream()
                .filter(FileService.class::isInstance)
                .map(FileService.class::cast)
                .findFirst()
                .orElseThrow();
    }

    /** Reads until the kernel may keep what was read. */
    private static void warm(Path file) throws Exception {
        Files.readAllBytes(file);
        Thread.sleep(50);
        Files.readAllBytes(file);
    }
}
