package dev.cloister.enclave.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files are written; what the kernel makes of them is tried with whole sandboxes. */
final class ControlGroupsTest {
    private static final ResourceLimits LIMITS = new ResourceLimits(OptionalInt.of(64), OptionalInt.of(16));

    @TempDir
    private Path root;

    @Test
    void versionTwo_isOneFolderWithBothLimits() throws IOException {
        Files.createFile(root.resolve("cgroup.controllers"));
        ControlGroup group = ControlGroups.detect(root).create("1", LIMITS);
        Path folder = root.resolve("cloister/1");
        assertThat(Files.readString(root.resolve("cgroup.subtree_control"))).isEqualTo("+memory +pids");
        assertThat(Files.readString(root.resolve("cloister/cgroup.subtree_control")))
                .isEqualTo("+memory +pids");
        assertThat(Files.readString(folder.resolve("memory.max"))).isEqualTo("67108864\n");
        assertThat(Files.readString(folder.resolve("pids.max"))).isEqualTo("16\n");
        assertThat(group.membershipFiles())
                .isEqualTo(folder.resolve("cgroup.procs").toString());
    }

    @Test
    void versionOne_isAFolderForEachController() throws IOException {
        Files.createDirectory(root.resolve("memory"));
        Files.createDirectory(root.resolve("pids"));
        ControlGroup group = ControlGroups.detect(root).create("1", LIMITS);
        assertThat(Files.readString(root.resolve("memory/cloister/1/memory.limit_in_bytes")))
                .isEqualTo("67108864\n");
        assertThat(Files.readString(root.resolve("pids/cloister/1/pids.max"))).isEqualTo("16\n");
        assertThat(group.membershipFiles().split(" ")).hasSize(2);
    }

    @Test
    void noLimits_writeNothing() throws IOException {
        Files.createFile(root.resolve("cgroup.controllers"));
        try (ControlGroup _ = ControlGroups.detect(root).create("1", ResourceLimits.NONE)) {
            assertThat(root.resolve("cloister/1/memory.max")).doesNotExist();
        }
        assertThat(root.resolve("cloister/1")).doesNotExist();
    }

    @Test
    void nothingMounted_meansNoGroups() throws IOException {
        ControlGroups none = ControlGroups.detect(root);
        assertThat(none.available()).isFalse();
        try (ControlGroup group = none.create("1", LIMITS)) {
            assertThat(group.membershipFiles()).isEmpty();
        }
    }
}
