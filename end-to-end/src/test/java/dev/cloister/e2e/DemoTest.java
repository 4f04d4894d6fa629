package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code cloister demo}, as a newcomer types it. */
class DemoTest {
    private Path temporary = Path.of("");
    private Path printed = Path.of("");

    @BeforeEach
    void makeFolders() throws IOException {
        // Unix sockets lie below, and their paths must be short.
        temporary = Files.createTempDirectory("d-");
        printed = Files.createTempFile("demo-", ".txt");
    }

    @AfterEach
    void removeFolders() throws IOException {
        Files.deleteIfExists(printed);
        Files.deleteIfExists(temporary);
    }

    @Test
    void demo_endsWell_andLeavesNothing() throws Exception {
        Process demo = start();
        assertThat(demo.waitFor(10, TimeUnit.MINUTES)).isTrue();
        assertThat(demo.exitValue()).as(Files.readString(printed)).isZero();
        assertThat(Files.readString(printed))
                .contains("predictions.csv has 600 predictions")
                .contains("AccessDeniedException: the same credentials without an enclave")
                .contains("key-access-denied: one byte of the image changed")
                .contains("package-not-authentic: one bit of the package flipped")
                .contains("All went as it should");
        assertNothingIsLeft();
    }

    @Test
    void interruptedDemo_leavesNothing() throws Exception {
        Process demo = start();
        Faults.await("a mount of the demo", Faults.SOON, () -> hasMount() || !demo.isAlive());
        assertThat(new ProcessBuilder("kill", "-INT", Long.toString(demo.pid()))
                        .start()
                        .waitFor())
                .isZero();
        assertThat(demo.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(demo.exitValue()).as(Files.readString(printed)).isEqualTo(Faults.INTERRUPTED);
        assertNothingIsLeft();
    }

    private Process start() throws IOException {
        ProcessBuilder demo = new ProcessBuilder(
                        SharedStage.home().resolve("cloister").toString(), "demo")
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile());
        demo.environment().put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
        return demo.start();
    }

    private boolean hasMount() {
        try (Stream<String> mounts = Files.lines(Path.of("/proc/mounts"))) {
            return mounts.anyMatch(mount -> mount.contains(temporary + "/"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void assertNothingIsLeft() throws Exception {
        assertThat(hasMount()).isFalse();
        Faults.await("the demo's processes have ended", Faults.SOON, () -> !hasProcess());
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files).isEmpty();
        }
    }

    private boolean hasProcess() {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(process -> process.getFileName().toString().matches("[0-9]+"))
                    .flatMap(process -> Faults.commandLine(process).stream())
                    .anyMatch(word -> word.contains(temporary + "/"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
