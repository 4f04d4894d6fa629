package dev.cloister.local.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script between this program and QEMU, with another program in QEMU's place. */
class MachineGuardTest {
    private static final long PATIENCE_SECONDS = 60;

    private Path folder = Path.of("");

    @BeforeEach
    void makeFolder(@TempDir Path temporary) throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/setpriv")), "Debian's util-linux is missing");
        folder = Files.createDirectory(temporary.resolve("machine"));
    }

    @Test
    void launcherThatSaysSo_endsTheMachine_andCleansUpItself() throws Exception {
        Process guard = start("sleep", "1000");
        ProcessHandle machine = machine(guard);
        guard.outputWriter().append('\n').close();
        assertEnded(guard, machine);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void launcherThatIsGone_leavesNoMachineAndNoFiles() throws Exception {
        Process guard = start("sleep", "1000");
        ProcessHandle machine = machine(guard);
        guard.getOutputStream().close();
        assertEnded(guard, machine);
        assertThat(folder).doesNotExist();
    }

    @Test
    void folderThatIsGoneAlready_savesNoMachine() throws Exception {
        Process guard = start("sleep", "1000");
        ProcessHandle machine = machine(guard);
        Files.delete(folder);
        guard.getOutputStream().close();
        assertEnded(guard, machine);
    }

    @Test
    void guardThatIsKilled_takesTheMachineAlong() throws Exception {
        Process guard = start("sleep", "1000");
        ProcessHandle machine = machine(guard);
        guard.destroyForcibly();
        assertEnded(guard, machine);
    }

    @Test
    void machineThatEnds_endsTheGuardWithItsStatus() throws Exception {
        Process guard = start("sh", "-c", "exit 7");
        assertThat(guard.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(guard.exitValue()).isEqualTo(7);
        assertThat(folder).isEmptyDirectory();
    }

    private Process start(String... program) throws Exception {
        try (InputStream script = Objects.requireNonNull(MachineGuardTest.class.getResourceAsStream("machine.sh"))) {
            ProcessBuilder builder = new ProcessBuilder(
                    "/bin/sh",
                    "-c",
                    new String(script.readAllBytes(), StandardCharsets.UTF_8),
                    "machine",
                    folder.toString());
            builder.command().addAll(List.of(program));
            return builder.redirectErrorStream(true).start();
        }
    }

    /** The process in QEMU's place, once it runs. */
    private static ProcessHandle machine(Process guard) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
        while (System.nanoTime() < deadline) {
            ProcessHandle machine = guard.descendants()
                    .filter(child -> child.info().command().orElse("").endsWith("/sleep"))
                    .findFirst()
                    .orElse(null);
            if (machine != null) {
                return machine;
            }
            Thread.sleep(5);
        }
        throw new AssertionError("the machine did not start");
    }

    private static void assertEnded(Process guard, ProcessHandle machine) throws Exception {
        assertThat(guard.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        machine.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
