package dev.cloister.host.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.host.testing.Command;
import dev.cloister.host.testing.Mounted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(90)
class MountFaultsTest {
    private static final long PROMPT_NANOS = TimeUnit.SECONDS.toNanos(2);

    @Test
    void unmount_endsTheServer() throws Exception {
        try (Mounted mounted = Mounted.open()) {
            ProcessHandle server = mounted.servers().getFirst();
            assertThat(Command.shell("fusermount -u \"$1\"", mounted.mountPoint())
                            .status())
                    .isZero();
            server.onExit().get(10, TimeUnit.SECONDS);
            assertThat(MountTable.current().at(mounted.mountPoint())).isEmpty();
        }
    }

    @Test
    void terminatedServer_leavesNothingMounted() throws Exception {
        try (Mounted mounted = Mounted.open()) {
            ProcessHandle server = mounted.servers().getFirst();
            server.destroy();
            server.onExit().get(10, TimeUnit.SECONDS);
            assertThat(MountTable.current().at(mounted.mountPoint())).isEmpty();
        }
    }

    @Test
    void enclaveGone_everyCallFailsAtOnceAndUnmountEndsTheServer() throws Exception {
        try (Mounted mounted = Mounted.open()) {
            Path file = mounted.mountPoint().resolve("f");
            Files.writeString(file, "x");
            ProcessHandle server = mounted.servers().getFirst();
            mounted.service().close();
            for (String call : new String[] {"ls", "cat f", "echo > g", "rm f", "mkdir d", "df .", "mv f g"}) {
                long start = System.nanoTime();
                Command.Result result = Command.shell("cd \"$1\"; LC_ALL=C; " + call, mounted.mountPoint());
                assertThat(result.status()).as(call).isNotZero();
                assertThat(result.out()).as(call).contains("Input/output error");
                assertThat(System.nanoTime() - start).isLessThan(PROMPT_NANOS);
            }
            assertThat(Command.shell("fusermount -u \"$1\"", mounted.mountPoint())
                            .status())
                    .isZero();
            server.onExit().get(10, TimeUnit.SECONDS);
            assertThat(MountTable.current().at(mounted.mountPoint())).isEmpty();
        }
    }

    @Test
    void enclaveGoneDuringACopy_endsTheCopyWithAnError() throws Exception {
        try (Mounted mounted = Mounted.open()) {
            Process copy = new ProcessBuilder(
                            "dd", "if=/dev/zero", "of=" + mounted.mountPoint().resolve("big"), "bs=1M")
                    .redirectErrorStream(true)
                    .start();
            while (mounted.service().get("big").length == 0 && copy.isAlive()) {
                Thread.onSpinWait();
            }
            mounted.service().close();
            assertThat(copy.waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat(copy.exitValue()).isNotZero();
        }
    }

    @Test
    void killedServer_isCleanedUpByTheNextSync() throws Exception {
        try (Mounted mounted = Mounted.open()) {
            Files.writeString(mounted.mountPoint().resolve("f"), "still here");
            ProcessHandle server = mounted.servers().getFirst();
            server.destroyForcibly();
            server.onExit().get(10, TimeUnit.SECONDS);
            assertThatThrownBy(() -> Files.list(mounted.mountPoint())).isInstanceOf(IOException.class);
            assertThat(mounted.sync().status()).isZero();
            assertThat(mounted.mountPoint().resolve("f")).hasContent("still here");
            assertThat(mounted.servers()).hasSize(1);
        }
    }

    @Test
    void mountedAlready_isRefused() throws Exception {
        try (Mounted mounted = Mounted.open()) {
            assertRefused(mounted.sync(), "already mounted", "fusermount -u");
            assertThat(mounted.servers()).hasSize(1);
        }
    }

    @Test
    void relativePaths_areUnderstoodAndTheFolderIsLeft() throws Exception {
        try (Mounted mounted = Mounted.serving()) {
            Command.Result result =
                    new Command(mounted.folder()).in(mounted.folder()).run("sync", "-d", "mnt", "--enclave", "unix:.");
            assertThat(result.status()).as(result.err()).isZero();
            Files.writeString(mounted.mountPoint().resolve("f"), "x");
            Path working =
                    Path.of("/proc", Long.toString(mounted.servers().getFirst().pid()), "cwd");
            assertThat(working.toRealPath()).isEqualTo(Path.of("/"));
        }
    }

    @Test
    void missingMountPoint_isRefused() throws Exception {
        try (Mounted mounted = Mounted.serving()) {
            Files.delete(mounted.mountPoint());
            assertRefused(mounted.sync(), "does not exist", "mkdir");
        }
    }

    @Test
    void fileAsMountPoint_isRefused() throws Exception {
        try (Mounted mounted = Mounted.serving()) {
            Files.delete(mounted.mountPoint());
            Files.createFile(mounted.mountPoint());
            assertRefused(mounted.sync(), "is not a folder", "choose");
        }
    }

    @Test
    void mountPointThatIsNotEmpty_isRefused() throws Exception {
        try (Mounted mounted = Mounted.serving()) {
            Files.createFile(mounted.mountPoint().resolve("something"));
            assertRefused(mounted.sync(), "is not empty", "empty folder");
        }
    }

    @Test
    void otherMount_isRefused(@TempDir Path state) throws Exception {
        Command.Result result = new Command(state).run("sync", "-d", "/proc", "--enclave", "unix:/nowhere");
        assertRefused(result, "already the mount point of a file system of type proc", "another folder");
    }

    @Test
    void noEnclave_isUnreachable() throws Exception {
        try (Mounted mounted = Mounted.serving()) {
            mounted.service().close();
            Command.Result result = mounted.sync();
            assertThat(result.status()).isEqualTo(10);
            assertThat(result.err()).contains("cannot be reached").contains("hint: ");
            assertThat(mounted.servers()).isEmpty();
        }
    }

    @Test
    void jsonOption_tellsTheMount() throws Exception {
        try (Mounted mounted = Mounted.serving()) {
            Command.Result result = mounted.sync("--json");
            assertThat(result.status()).isZero();
            assertThat(result.out())
                    .isEqualTo("{\"mount_point\":\"%s\",\"enclave\":\"unix:%s\",\"pid\":%d}\n"
                            .formatted(
                                    mounted.mountPoint(),
                                    mounted.folder(),
                                    mounted.servers().getFirst().pid()));
            assertThat(result.err()).isEmpty();
        }
    }

    private static void assertRefused(Command.Result result, String error, String hint) {
        assertThat(result.status()).as(result.err()).isEqualTo(14);
        assertThat(result.err().lines().toList()).hasSize(2);
        assertThat(result.err().lines().toList().getFirst())
                .startsWith("cloister: error: ")
                .contains(error);
        assertThat(result.err().lines().toList().getLast())
                .startsWith("cloister: hint: ")
                .contains(hint);
    }
}
