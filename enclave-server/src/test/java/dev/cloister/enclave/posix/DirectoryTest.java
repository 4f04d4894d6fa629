package dev.cloister.enclave.posix;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cloister.protocol.sync.SetTime;
import dev.cloister.protocol.sync.Timestamp;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTest {
    @TempDir
    private Path folder;

    private Directory directory;

    @BeforeEach
    void open() throws Exception {
        directory = Directory.open(folder);
    }

    @AfterEach
    void close() {
        directory.close();
        directory.close();
    }

    private static byte[] name(String name) {
        return name.getBytes(US_ASCII);
    }

    private static void assertFails(int errno, ThrowingCallable call) {
        assertThatExceptionOfType(PosixException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test
    void status_agreesWithTheJdks() throws Exception {
        Path file = Files.writeString(folder.resolve("a"), "hello");
        Files.setAttribute(file, "unix:mode", 06751);
        Map<String, Object> expected = Files.readAttributes(file, "unix:mode,nlink,uid,gid,ino,size");
        FileStatus status = directory.status(name("a"));
        assertThat(Map.<String, Object>of(
                        "mode", status.mode(),
                        "nlink", status.links(),
                        "uid", status.uid(),
                        "gid", status.gid(),
                        "ino", status.inode(),
                        "size", status.size()))
                .isEqualTo(expected);
        assertThat(status.isRegular()).isTrue();
        assertThat(status.blocks()).isPositive();
        assertThat(instant(status.modified()))
                .isEqualTo(Files.getLastModifiedTime(file).toInstant());
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.seconds(), time.nanos());
    }

    @Test
    void times_areSetApart() throws Exception {
        Path file = Files.createFile(folder.resolve("a"));
        directory.changeTimes(
                name("a"),
                Optional.of(new SetTime.At(new Timestamp(1, 2))),
                Optional.of(new SetTime.At(new Timestamp(3, 4))));
        directory.changeTimes(name("a"), Optional.empty(), Optional.of(new SetTime.At(new Timestamp(5, 6))));
        FileStatus status = directory.status(name("a"));
        assertThat(status.accessed()).isEqualTo(new Timestamp(1, 2));
        assertThat(status.modified()).isEqualTo(new Timestamp(5, 6));
        assertThat(Files.getLastModifiedTime(file).toInstant()).isEqualTo(Instant.ofEpochSecond(5, 6));
    }

    @Test
    void linkIsNotFollowed_byAnyCall() throws Exception {
        Path target = Files.createDirectory(folder.resolve("target"));
        Files.createSymbolicLink(folder.resolve("link"), Path.of("target"));
        Object mode = Files.getAttribute(target, "unix:mode");
        assertFails(Errno.ENOTDIR, () -> directory.enter(name("link")));
        assertFails(Errno.ENOTDIR, () -> directory.openForListing(name("link")));
        assertFails(Errno.ELOOP, () -> directory.open(name("link"), OpenFlag.READ, 0));
        assertFails(Errno.ELOOP, () -> directory.open(name("link"), OpenFlag.READ_WRITE | OpenFlag.CREATE, 0600));
        assertFails(Errno.EOPNOTSUPP, () -> directory.changeMode(name("link"), 0));
        directory.changeTimes(name("link"), Optional.empty(), Optional.of(new SetTime.At(new Timestamp(1, 0))));
        directory.link(name("link"), directory, name("second"));
        assertThat(directory.status(name("second")).isSymbolicLink()).isTrue();
        assertThat(directory.readLink(name("second"), 100)).isEqualTo(name("target"));
        assertThat(Files.getAttribute(target, "unix:mode")).isEqualTo(mode);
        assertThat(Files.getLastModifiedTime(target).toMillis()).isGreaterThan(1000);
        assertThat(Files.getLastModifiedTime(folder.resolve("link"), LinkOption.NOFOLLOW_LINKS)
                        .toMillis())
                .isEqualTo(1000);
    }

    @Test
    void overLongNames_areRefusedByTheKernel() {
        for (int length : new int[] {256, 299, 300, 5000}) {
            assertFails(Errno.ENAMETOOLONG, () -> directory.status(name("n".repeat(length))));
        }
    }

    @Test
    void fileSystem_agreesWithTheJdks() throws Exception {
        FileSystemStatus status = directory.fileSystem();
        assertThat(status.blockSize() * status.blocks())
                .isEqualTo(Files.getFileStore(folder).getTotalSpace());
        assertThat(status.files()).isGreaterThanOrEqualTo(status.availableFiles());
    }

    @Test
    void missingDirectory_isNotOpened() {
        assertFails(Errno.ENOENT, () -> Directory.open(folder.resolve("missing")));
        assertThatExceptionOfType(PosixException.class)
                .isThrownBy(() -> Directory.open(folder.resolve("missing")))
                .withMessage("no such file or directory");
    }

    @Test
    void guardingFlags_areThoseOfTheArchitecture() {
        assertThat(OpenFlag.forArchitecture("amd64", 1, 2)).isEqualTo(1);
        assertThat(OpenFlag.forArchitecture("aarch64", 1, 2)).isEqualTo(2);
        assertThatIllegalStateException().isThrownBy(() -> OpenFlag.forArchitecture("riscv64", 1, 2));
    }
}
