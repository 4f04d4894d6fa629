package dev.cloister.enclave.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sandboxes as they are started, with the system's own folders. */
final class SandboxTest {
    private static final Path CONTROL_GROUPS = Path.of("/sys/fs/cgroup");

    @TempDir
    private Path work;

    @BeforeEach
    void requireRoot() {
        Assumptions.assumeTrue(System.getProperty("user.name", "").equals("root"), "sandboxes need to be made by root");
    }

    @Test
    void fileService_isNoMoreLikelyKilledForMemoryThanTheServer() throws Exception {
        String own = Files.readString(Path.of("/proc/self/oom_score_adj"));
        assertThat(outputOf(SystemCallFilter.FILE_SERVICE, "cat", "/proc/self/oom_score_adj"))
                .isEqualTo(own);
    }

    @Test
    void application_isKilledForMemoryFirst() throws Exception {
        assertThat(outputOf(SystemCallFilter.APPLICATION, "cat", "/proc/self/oom_score_adj"))
                .isEqualTo("1000\n");
    }

    /** Stands for a process that no longer dies with bubblewrap. */
    @Test
    void processThatOutlivesTheSandbox_isKilledWithItsGroup() throws Exception {
        ControlGroups groups = ControlGroups.detect(CONTROL_GROUPS);
        Assumptions.assumeTrue(groups.available(), "no control groups can be used here");
        ControlGroup group = groups.create("survivor-" + ProcessHandle.current().pid(), ResourceLimits.NONE);
        Process survivor = new ProcessBuilder(
                        "sh",
                        "-c",
                        "for group in $1; do echo $$ > $group; done; echo in; exec sleep 60",
                        "sh",
                        group.membershipFiles())
                .start();
        try {
            assertThat(survivor.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("in");
            group.close();
            assertThat(survivor.waitFor(Duration.ofSeconds(5))).isTrue();
        } finally {
            survivor.destroyForcibly();
        }
    }

    private String outputOf(SystemCallFilter filter, String... command) throws IOException, InterruptedException {
        Sandbox sandbox = new Sandbox(SystemFolders.of(Path.of("/")), ControlGroups.none(), work);
        SandboxSpec spec = new SandboxSpec(
                List.of(), "/", Map.of("PATH", "/usr/bin:/bin"), List.of(command), filter, ResourceLimits.NONE);
        try (SandboxedProcess process = sandbox.start(spec, Files.createDirectory(work.resolve("one")))) {
            String output = new String(process.stdout().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(Duration.ofSeconds(20))).isTrue();
            return output;
        }
    }
}
