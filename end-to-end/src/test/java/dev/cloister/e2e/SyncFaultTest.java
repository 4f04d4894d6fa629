package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is left of the synced folder's promises when a part of it is killed, stopped or full. */
@Timeout(300)
class SyncFaultTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String NO_SPACE = "No space left on device";
    private static final int MEBIBYTE = 1 << 20;

    private static void signal(String signal, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static void assertEnds(Process process) throws InterruptedException {
        assertThat(process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    private static Process copyEndlessly(Path target) throws IOException {
        return new ProcessBuilder("dd", "if=/dev/zero", "of=" + target, "bs=1M", "count=100000")
                .redirectErrorStream(true)
                .start();
    }

    @Test
    void serviceKilledDuringACopy_endsTheCopyWithAnError_andTheMountForGood() throws Exception {
        try (ServedMount served = ServedMount.openSmall()) {
            Path mount = served.mountPoint();
            Files.writeString(mount.resolve("earlier"), "content");
            Process copy = copyEndlessly(mount.resolve("big"));
            Path arrived = served.root().resolve("big");
            Faults.await("the copy is under way", SOON, () -> Files.exists(arrived));
            served.service().destroyForcibly();
            assertEnds(copy);
            assertThat(copy.exitValue()).isNotZero();

            // A service that is there again is not the one that was lost: nothing is taken up where it broke off.
            served.restartService();
            assertThatThrownBy(() -> Files.readString(mount.resolve("earlier"))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> Files.writeString(mount.resolve("new"), "x"))
                    .isInstanceOf(IOException.class);
            assertThat(served.root().resolve("new")).doesNotExist();

            ProcessHandle client = served.client(mount);
            assertThat(served.run(new ProcessBuilder("fusermount", "-u", mount.toString()))
                            .status())
                    .isZero();
            client.onExit().get(SOON.toSeconds(), TimeUnit.SECONDS);
            served.sync(mount);
            assertThat(mount.resolve("earlier")).hasContent("content");
        }
    }

    @Test
    void clientKilledDuringACopy_isCleanedUpByTheNextSync() throws Exception {
        try (ServedMount served = ServedMount.openSmall()) {
            Path mount = served.mountPoint();
            Files.writeString(mount.resolve("earlier"), "content");
            Process copy = copyEndlessly(mount.resolve("big"));
            Path arrived = served.root().resolve("big");
            Faults.await("the copy is under way", SOON, () -> Files.exists(arrived));
            ProcessHandle client = served.client(mount);
            client.destroyForcibly();
            client.onExit().get(SOON.toSeconds(), TimeUnit.SECONDS);
            assertEnds(copy);
            assertThat(copy.exitValue()).isNotZero();
            served.sync(mount);
            assertThat(mount.resolve("earlier")).hasContent("content");
        }
    }

    @Test
    void stoppedService_losesNothing_andWhoWaitsCanBeInterrupted() throws Exception {
        try (ServedMount served = ServedMount.open()) {
            Path mount = served.mountPoint();
            Files.writeString(mount.resolve("file"), "content");
            signal("STOP", served.service().pid());
            Process patient = python(mount, "print('on', flush=True); print(open(path + '/file').read())");
            try {
                for (String call :
                        List.of("open(path + '/file')", "os.mkdir(path + '/d')", "os.stat(path)", "os.listdir(path)")) {
                    Process impatient = python(mount, "print('on', flush=True); " + call);
                    assertThat(impatient.inputReader().readLine()).isEqualTo("on");
                    awaitSleep(impatient);
                    signal("INT", impatient.pid());
                    assertEnds(impatient);
                    assertThat(impatient.exitValue()).as(call).isNotZero();
                }
                assertThat(patient.isAlive()).isTrue();
            } finally {
                signal("CONT", served.service().pid());
            }
            assertEnds(patient);
            assertThat(patient.inputReader().readAllAsString()).isEqualTo("on\ncontent\n");
            assertThat(mount.resolve("file")).hasContent("content");
        }
    }

    private static Process python(Path folder, String script) throws IOException {
        return new ProcessBuilder("python3", "-c", "import os, sys\npath = sys.argv[1]\n" + script, folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Waits until a process waits for something, and goes on doing so. */
    private static void awaitSleep(Process process) throws InterruptedException {
        int[] asleep = {0};
        Faults.await("it waits for the enclave", SOON, () -> {
            asleep[0] = isAsleep(process) ? asleep[0] + 1 : 0;
            return asleep[0] > 20;
        });
    }

    private static boolean isAsleep(Process process) {
        try {
            String status = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return "SD".indexOf(status.charAt(status.lastIndexOf(')') + 2)) >= 0;
        } catch (IOException ended) {
            return false;
        }
    }

    @Test
    void fullFolder_isToldByWriteFsyncOrClose_andLosesNothing() throws Exception {
        try (ServedMount served = ServedMount.openSmall()) {
            Path mount = served.mountPoint();
            byte[] earlier = new byte[MEBIBYTE];
            earlier[77] = 7;
            Files.write(mount.resolve("earlier"), earlier);
            assertThatThrownBy(() -> fill(mount.resolve("filling")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(NO_SPACE);
            assertThat(Files.readAllBytes(mount.resolve("earlier"))).isEqualTo(earlier);
            // What is counted as written is there, up to the file's size.
            assertThat(Files.readAllBytes(mount.resolve("filling")))
                    .isEqualTo(Files.readAllBytes(served.root().resolve("filling")));
            Files.delete(mount.resolve("filling"));
            Files.write(mount.resolve("next"), new byte[4 * MEBIBYTE]);
            assertThat(Files.size(served.root().resolve("next"))).isEqualTo(4L * MEBIBYTE);
        }
    }

    private static void fill(Path file) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect(MEBIBYTE);
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int i = 0; i < 64; i++) {
                out.write(block.clear());
            }
            out.force(true);
        }
    }

    /** Pages of a mapping are written back when nobody waits for them: their failure is told by fsync. */
    @Test
    void fullFolder_isToldByFsyncForPagesOfAMapping() throws Exception {
        try (ServedMount served = ServedMount.openSmall()) {
            Path file = served.mountPoint().resolve("mapped");
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment view = channel.map(FileChannel.MapMode.READ_WRITE, 0, 64L * MEBIBYTE, arena);
                    for (long at = 0; at < view.byteSize(); at += 4096) {
                        view.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
                    }
                    assertThatThrownBy(() -> {
                                view.force();
                                channel.force(true);
                            })
                            .hasStackTraceContaining(NO_SPACE);
                }
            }
        }
    }

    @Test
    void folderAnApplicationHasFilled_canBeEmptied() throws Exception {
        try (ServedMount served = ServedMount.openSmall()) {
            Path inside = Files.createDirectory(served.root().resolve("output"));
            assertThatThrownBy(() -> fill(inside.resolve("filling")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(NO_SPACE);
            String inodes =
                    "i=0; while : > " + inside + "/$i; do i=$((i+1)); [ $i -lt 300000 ] || break; done 2>/dev/null";
            assertEnds(new ProcessBuilder("sh", "-c", inodes).start());
            Path output = served.mountPoint().resolve("output");
            assertThat(served.run(new ProcessBuilder("rm", "-r", output.toString()))
                            .status())
                    .isZero();
            assertThat(inside).doesNotExist();
            Files.writeString(served.mountPoint().resolve("after"), "content");
        }
    }

    @Test
    void pipesAndSocketsOfAnApplication_doNotKeepTheirFolder() throws Exception {
        try (ServedMount served = ServedMount.open()) {
            Path inside = Files.createDirectory(served.root().resolve("output"));
            String make = "mkfifo pipe; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'";
            assertThat(served.run(new ProcessBuilder("sh", "-ec", make).directory(inside.toFile()))
                            .status())
                    .isZero();
            Path output = served.mountPoint().resolve("output");
            try (var names = Files.list(output)) {
                assertThat(names).hasSize(2);
            }
            // Neither waits for somebody at the other end.
            assertThatThrownBy(() -> Files.readString(output.resolve("pipe"))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> Files.writeString(output.resolve("pipe"), "x"))
                    .isInstanceOf(IOException.class);
            assertThat(served.run(new ProcessBuilder("rm", "-r", output.toString()))
                            .status())
                    .isZero();
            assertThat(inside).doesNotExist();
        }
    }

    @Test
    void hundredThousandFiles_areListedWhole() throws Exception {
        try (ServedMount served = ServedMount.open()) {
            Path inside = Files.createDirectory(served.root().resolve("many"));
            String make = "import os\nfor i in range(100000): os.mknod('file-%06d-%s' % (i, 'n' * 40))";
            assertThat(served.run(new ProcessBuilder("python3", "-c", make).directory(inside.toFile()))
                            .status())
                    .isZero();
            try (var names = Files.list(served.mountPoint().resolve("many"))) {
                assertThat(names.map(Path::getFileName).distinct()).hasSize(100_000);
            }
        }
    }
}
