package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.local.enclave.LocalEnclave;
import dev.cloister.local.stage.Commands;
import dev.cloister.local.stage.Commands.Outcome;
import dev.cloister.local.stage.HostSide;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Mounts that cannot be made, and mounts that lose their enclave, their client or their memory. */
@ExtendWith(SharedStage.Extension.class)
class MountFaultTest {
    /** A call to a mount without an enclave must not take longer. */
    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    /** How long the end of a process may take to be seen on a busy machine. */
    private static final Duration SOON = Duration.ofSeconds(10);

    private final SharedStage stage;

    MountFaultTest(SharedStage stage) {
        this.stage = stage;
    }

    @Test
    void missingMountPoint_isRefused() throws Exception {
        Path missing = stage.newFolder("mount-").resolve("missing");
        assertThat(Faults.assertFailed(sync(missing), Faults.MOUNT_FAILED)).contains(missing + " does not exist");
        assertThat(missing).doesNotExist();
    }

    @Test
    void mountPointThatIsNotEmpty_isRefused_andKeepsItsFiles() throws Exception {
        Path folder = stage.newFolder("mount-");
        Files.writeString(folder.resolve("kept"), "content");
        assertThat(Faults.assertFailed(sync(folder), Faults.MOUNT_FAILED)).contains("not empty");
        assertThat(folder.resolve("kept")).hasContent("content");
    }

    @Test
    void mountPointThatIsAFile_isRefused() throws Exception {
        Path file = Files.writeString(stage.newFolder("mount-").resolve("file"), "content");
        assertThat(Faults.assertFailed(sync(file), Faults.MOUNT_FAILED)).contains("not a folder");
        assertThat(file).hasContent("content");
    }

    @Test
    void mountPointInUse_isRefused_andTheMountGoesOn() throws Exception {
        assertThat(Faults.assertFailed(sync(stage.host().mount()), Faults.MOUNT_FAILED))
                .contains("already mounted");
        assertThat(stage.host().mount().resolve("from_server.txt")).isNotEmptyFile();
        assertThat(Faults.assertFailed(sync(Path.of("/proc")), Faults.MOUNT_FAILED))
                .contains("already the mount point of a file system of type proc");
    }

    @Test
    void noEnclave_isUnreachable_andNothingIsMounted() throws Exception {
        HostSide nobody = stage.newHost("nobody");
        Path folder = stage.newFolder("mount-");
        Commands absent = nobody.commands().with("CLOISTER_ENCLAVE", "unix:" + folder.resolve("absent"));
        for (Commands commands : List.of(nobody.commands(), absent)) {
            Outcome mounted = commands.tryCloister("sync", "-d", folder.toString());
            assertThat(Faults.assertFailed(mounted, Faults.ENCLAVE_UNREACHABLE)).contains("enclave");
            assertThat(folder).isEmptyDirectory();
            Outcome run = commands.tryCloister("run", "-f", "a.cloister", "-s", "main.py", "--json");
            Faults.assertNotRun(run, "enclave-unreachable", Faults.ENCLAVE_UNREACHABLE);
            Outcome told = commands.tryCloister("run", "-f", "a.cloister", "-s", "main.py");
            Faults.assertFailed(told, Faults.RUN_FAILED);
        }
    }

    @Test
    void killedEnclave_endsEveryCallAtOnce_andTheNextOneWorksInItsPlace() throws Exception {
        Path elsewhere = Files.writeString(stage.newMountFolder("elsewhere").resolve("file"), "content");
        HostSide own = stage.newHost("k");
        LocalEnclave enclave = own.start(stage.image());
        own.proxy();
        own.sync();
        Path mount = own.mount();
        Files.writeString(mount.resolve("file"), "content");
        stage.install(own, "wait.cloister", Map.of("main.py", "import time\nprint('on', flush=True)\ntime.sleep(99)"));
        Process run = own.commands().startCloister("run", "-f", "wait.cloister", "-s", "main.py", "--json");
        assertThat(run.inputReader().readLine()).isEqualTo("on");

        FileChannel open = FileChannel.open(mount.resolve("file"), StandardOpenOption.WRITE);
        enclave.close();
        assertDead(mount, open);
        assertThat(run.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        Faults.assertNotRun(
                new Outcome(run.exitValue(), "", run.errorReader().readAllAsString()),
                "enclave-unreachable",
                Faults.ENCLAVE_UNREACHABLE);
        assertThat(elsewhere).hasContent("content");

        assertThat(Faults.assertFailed(own.commands().tryCloister("sync", "-d", mount.toString()), Faults.MOUNT_FAILED))
                .contains("already mounted");
        own.commands().program("fusermount", "-u", mount.toString());
        assertThat(mount).isEmptyDirectory();
        Faults.await("the sync process has ended", SOON, () -> !Faults.isRunning(mount.toString()));

        own.start(stage.image());
        own.proxy();
        own.sync();
        stage.install(own, "hello.cloister", Map.of("main.py", "print('hello')\n"));
        Outcome hello = own.run("hello.cloister", "main.py", "");
        assertThat(hello.out()).as(hello.err()).isEqualTo("hello\n");
    }

    @Test
    void killedClient_leavesAMount_thatTheNextSyncTakesAway() throws Exception {
        Path folder = stage.newFolder("mount-");
        Commands commands = stage.host().commands();
        long pid = Faults.json(commands.cloister("sync", "-d", folder.toString(), "--json"))
                .path("pid")
                .asLong(0);
        try {
            Files.writeString(folder.resolve("survivor"), "content");
            ProcessHandle client = ProcessHandle.of(pid).orElseThrow();
            client.destroyForcibly();
            client.onExit().get(SOON.toSeconds(), TimeUnit.SECONDS);
            assertEndsAtOnce(() -> Files.readString(folder.resolve("survivor")));

            commands.cloister("sync", "-d", folder.toString());
            assertThat(folder.resolve("survivor")).hasContent("content");
            assertThat(stage.host().mount().resolve("survivor")).hasContent("content");
        } finally {
            commands.program("fusermount", "-u", folder.toString());
        }
        assertThat(folder).isEmptyDirectory();
        Faults.await("the sync process has ended", SOON, () -> !Faults.isRunning(folder.toString()));
    }

    @Test
    void fullMemory_isNoSpace_andLosesNothing() throws Exception {
        Path folder = stage.newMountFolder("full");
        Path earlier = Files.writeString(folder.resolve("earlier"), "x".repeat(1_000_000));
        stage.install("copy.cloister", Map.of("main.py", """
                import sys
                try:
                    with open(sys.argv[1] + "/result", "wb") as result:
                        result.write(bytes(5_000_000))
                except OSError as error:
                    sys.exit(error.errno)
                """));
        byte[] mebibyte = new byte[1 << 20];
        try {
            assertThatThrownBy(() -> {
                        try (var out = Files.newOutputStream(folder.resolve("filling"))) {
                            for (int i = 0; i < 300; i++) {
                                out.write(mebibyte);
                            }
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left on device");
            assertThat(Files.size(folder.resolve("filling"))).isLessThanOrEqualTo(256L << 20);
            assertThat(earlier).hasContent("x".repeat(1_000_000));
            int noSpace = 28;
            Outcome outcome = stage.host().run("copy.cloister", "main.py", "/" + folder.getFileName());
            assertThat(outcome.status()).as(outcome.err()).isEqualTo(noSpace);
        } finally {
            Files.delete(folder.resolve("filling"));
        }
        assertThat(stage.host()
                        .run("copy.cloister", "main.py", "/" + folder.getFileName())
                        .status())
                .isZero();
        assertThat(Files.size(folder.resolve("result"))).isEqualTo(5_000_000);
        assertThat(earlier).hasContent("x".repeat(1_000_000));
    }

    private static void assertDead(Path mount, FileChannel open) {
        assertEndsAtOnce(() -> open.write(ByteBuffer.allocate(10)));
        assertEndsAtOnce(() -> Files.readString(mount.resolve("file")));
        assertEndsAtOnce(() -> Files.writeString(mount.resolve("new"), "content"));
        assertEndsAtOnce(() -> Files.createDirectory(mount.resolve("folder")));
        assertEndsAtOnce(() -> {
            try (Stream<Path> entries = Files.list(mount)) {
                return entries.toList();
            }
        });
        assertEndsAtOnce(() -> Files.size(mount));
        // Closing may tell of the loss or not; it must end.
        assertThat(Background.run(() -> {
                            open.close();
                            return "closed";
                        })
                        .exceptionally(Throwable::toString))
                .succeedsWithin(AT_ONCE);
    }

    private Outcome sync(Path folder) throws IOException {
        return stage.host().commands().tryCloister("sync", "-d", folder.toString());
    }

    /** EIO while the client is there, ENOTCONN when it is not; either at once. */
    private static void assertEndsAtOnce(Callable<?> call) {
        CompletableFuture<?> done = Background.run(call);
        assertThat(done)
                .failsWithin(AT_ONCE)
                .withThrowableThat()
                .withMessageMatching("(?s).*(Input/output error|Transport endpoint is not connected).*");
    }
}
