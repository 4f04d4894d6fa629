package dev.cloister.host.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MountTableTest {
    private static final MountTable TABLE = MountTable.parse("""
            22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
            30 22 0:30 / /home/u/synced rw,nosuid master:1 - fuse.cloister cloister rw,user_id=0
            31 22 0:31 / /mnt/two\\040words\\134x rw - fuse.cloister cloister rw
            32 22 0:32 / /mnt/other rw - tmpfs tmpfs rw
            33 32 0:33 / /mnt/other rw - fuse.cloister cloister rw
            broken line
            """);

    @Test
    void mount_isFoundAtItsPointAlone() {
        assertThat(TABLE.at(Path.of("/home/u/synced")).orElseThrow().isOurs()).isTrue();
        assertThat(TABLE.at(Path.of("/home/u/synced/x"))).isEmpty();
        assertThat(TABLE.at(Path.of("/")).orElseThrow().isOurs()).isFalse();
    }

    @Test
    void topmostMount_counts() {
        assertThat(TABLE.at(Path.of("/mnt/other")).orElseThrow().isOurs()).isTrue();
    }

    @Test
    void escapedName_isUnderstood() {
        assertThat(TABLE.at(Path.of("/mnt/two words\\x"))).isPresent();
    }

    @Test
    void pathBelowOurMount_leadsToIt() {
        assertThat(TABLE.mountPointAbove(Path.of("/home/u/synced/encrypted/a"))).contains(Path.of("/home/u/synced"));
        assertThat(TABLE.mountPointAbove(Path.of("/home/u/synced-not/a"))).isEmpty();
    }
}
