package dev.cloister.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What docs/sync.md promises about who sees what, and when: between processes on a mount, between mounts of one enclave,
 * and between a mount and an application in the enclave, which is whoever uses the served folder itself.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsistencyTest {
    private static final int ROUNDS = 200;

    private ServedMount served;
    private Path here;
    private Path there;
    private Path inside;

    @BeforeAll
    void mountTwice() throws Exception {
        served = ServedMount.open();
        here = served.mountPoint();
        there = served.mount();
        inside = served.root();
    }

    @AfterAll
    void unmount() throws Exception {
        served.close();
    }

    @Test
    void whatAProcessWrote_isWhatTheNextReads() throws Exception {
        Path file = here.resolve("next");
        for (int round = 0; round < 20; round++) {
            Process writer = new ProcessBuilder(
                            "sh", "-c", "echo $1 > $2", "sh", Integer.toString(round), file.toString())
                    .start();
            assertThat(writer.waitFor()).isZero();
            assertThat(file).hasContent(round + "\n");
        }
    }

    /** The file keeps its name, size and inode, so nothing but asking the enclave tells that it is another. */
    @Test
    void whatTheEnclaveWrote_isSeenByTheNextOpen() throws Exception {
        Files.writeString(inside.resolve("result"), "round 0000");
        try (FileChannel held = FileChannel.open(here.resolve("result"))) {
            for (int round = 1; round < ROUNDS; round++) {
                String content = "round %04d".formatted(round);
                Files.write(inside.resolve("result"), content.getBytes(UTF_8), StandardOpenOption.WRITE);
                assertThat(Files.readString(here.resolve("result"))).isEqualTo(content);
                assertThat(Files.readString(there.resolve("result"))).isEqualTo(content);
            }
            assertThat(held.size()).isEqualTo(10);
        }
    }

    @Test
    void whatTheEnclaveWrote_isInTheNextStatus() throws Exception {
        Path file = here.resolve("grown");
        Files.createFile(inside.resolve("grown"));
        for (int size = 1; size < ROUNDS; size++) {
            Files.writeString(inside.resolve("grown"), "x".repeat(size));
            FileTime time = FileTime.fromMillis(1000L * size);
            Files.setLastModifiedTime(inside.resolve("grown"), time);
            assertThat(Files.size(file)).isEqualTo(size);
            assertThat(Files.getLastModifiedTime(file)).isEqualTo(time);
            assertThat(file).hasContent("x".repeat(size));
        }
    }

    @Test
    void whatTheEnclaveReplacedAndRemoved_isGoneAtOnce() throws Exception {
        Path file = here.resolve("replaced");
        for (int round = 0; round < ROUNDS; round++) {
            Path fresh = Files.writeString(inside.resolve("fresh"), "round " + round);
            Files.move(fresh, inside.resolve("replaced"), StandardCopyOption.ATOMIC_MOVE);
            assertThat(file).hasContent("round " + round);
            Files.delete(inside.resolve("replaced"));
            assertThat(file).doesNotExist();
        }
        Files.createDirectories(inside.resolve("folder/deep"));
        Files.writeString(inside.resolve("folder/deep/file"), "1");
        assertThat(here.resolve("folder/deep/file")).hasContent("1");
        Files.move(inside.resolve("folder"), inside.resolve("moved"));
        Files.writeString(inside.resolve("folder"), "now a file");
        assertThat(here.resolve("folder")).hasContent("now a file");
        assertThat(here.resolve("moved/deep/file")).hasContent("1");
        assertThat(here.resolve("folder/deep/file")).doesNotExist();
    }

    @Test
    void whatWasWrittenAndClosed_isInTheEnclave() throws Exception {
        byte[] content = new byte[3_000_001];
        for (int round = 0; round < 20; round++) {
            Arrays.fill(content, (byte) round);
            Files.write(here.resolve("dataset"), content);
            assertThat(Files.readAllBytes(inside.resolve("dataset"))).isEqualTo(content);
            assertThat(Files.readAllBytes(there.resolve("dataset"))).isEqualTo(content);
        }
    }

    @Test
    void whatWasSynchronized_isInTheEnclaveBeforeTheClose() throws Exception {
        try (FileChannel file =
                FileChannel.open(here.resolve("synced"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int round = 0; round < ROUNDS; round++) {
                file.write(ByteBuffer.wrap("%05d".formatted(round).getBytes(UTF_8)), 0);
                file.force(false);
                assertThat(inside.resolve("synced")).hasContent("%05d".formatted(round));
            }
        }
    }

    @Test
    void mappingThatWasWrittenBack_isInTheEnclaveAndOnTheOtherMount() throws Exception {
        Files.write(here.resolve("mapped"), new byte[100_000]);
        try (FileChannel file =
                FileChannel.open(here.resolve("mapped"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment view = file.map(FileChannel.MapMode.READ_WRITE, 0, 100_000, arena);
                view.set(ValueLayout.JAVA_BYTE, 70_000, (byte) 7);
                view.force();
                assertThat(Files.readAllBytes(inside.resolve("mapped"))[70_000]).isEqualTo((byte) 7);
                assertThat(Files.readAllBytes(there.resolve("mapped"))[70_000]).isEqualTo((byte) 7);
            }
        }
    }

    @Test
    void mounts_seeEachOthersNames() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Files.createDirectory(here.resolve("d" + round));
            Files.writeString(there.resolve("d" + round + "/f"), "x");
            Files.move(here.resolve("d" + round), here.resolve("e" + round));
            assertThat(there.resolve("d" + round)).doesNotExist();
            try (var names = Files.list(there.resolve("e" + round))) {
                assertThat(names.map(Path::getFileName)).containsExactly(Path.of("f"));
            }
            Files.delete(there.resolve("e" + round + "/f"));
            Files.delete(here.resolve("e" + round));
            assertThat(there.resolve("e" + round)).doesNotExist();
        }
    }

    @Test
    void mounts_takeTurnsWithoutAStaleByte() throws Exception {
        Files.writeString(here.resolve("turns"), "");
        for (int round = 0; round < ROUNDS; round++) {
            Path from = round % 2 == 0 ? here : there;
            Path to = round % 2 == 0 ? there : here;
            Files.writeString(from.resolve("turns"), "round %d %s".formatted(round, "y".repeat(round * 50)));
            assertThat(to.resolve("turns")).hasContent("round %d %s".formatted(round, "y".repeat(round * 50)));
            assertThat(Files.size(to.resolve("turns"))).isEqualTo(Files.size(inside.resolve("turns")));
        }
    }

    @Test
    void exclusiveCreation_hasOneWinnerAmongMounts() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 50; round++) {
                String name = "exclusive-" + round;
                List<Callable<Integer>> attempts = List.of(here, there, here, there).stream()
                        .<Callable<Integer>>map(mount -> () -> create(mount.resolve(name)))
                        .toList();
                int winners = 0;
                for (Future<Integer> attempt : threads.invokeAll(attempts)) {
                    winners += attempt.get();
                }
                assertThat(winners).isEqualTo(1);
            }
        }
    }

    private static int create(Path file) throws IOException {
        try {
            Files.createFile(file);
            return 1;
        } catch (FileAlreadyExistsException e) {
            return 0;
        }
    }

    @Test
    void recordsAppendedByTwoMounts_areAllThere() throws Exception {
        Files.createFile(here.resolve("log"));
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (Future<Object> writer : threads.invokeAll(List.of(appender(here, "a"), appender(there, "b")))) {
                writer.get();
            }
        }
        // One that lies across a page is written in two parts, between which the other mount may write.
        String content = Files.readString(inside.resolve("log"));
        assertThat(content).hasSize(2 * ROUNDS * 100);
        for (char letter : new char[] {'a', 'b'}) {
            assertThat(content.chars().filter(c -> c == letter)).hasSize(ROUNDS * 99);
        }
    }

    private static Callable<Object> appender(Path mount, String letter) {
        return () -> {
            byte[] line = (letter.repeat(99) + "\n").getBytes(UTF_8);
            for (int i = 0; i < ROUNDS; i++) {
                Files.write(mount.resolve("log"), line, StandardOpenOption.APPEND);
            }
            return "done";
        };
    }
}
