package dev.cloister.host.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.host.mount.MountTable;
import dev.cloister.host.testing.Mounted;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PackageNameTest {
    @Test
    void plainName_isTakenAsItIs() throws Exception {
        assertThat(PackageName.of("app.cloister", MountTable.current())).isEqualTo("app.cloister");
    }

    @Test
    void folderBeforeIt_isLeftOut() throws Exception {
        assertThat(PackageName.of("encrypted/app.cloister", MountTable.current()))
                .isEqualTo("app.cloister");
    }

    @Test
    void pathBelowTheMountPoint_isMadeRelative() throws Exception {
        try (Mounted mounted = Mounted.open()) {
            Path file = mounted.mountPoint().resolve("encrypted/app.cloister");
            assertThat(PackageName.of(file.toString(), MountTable.current())).isEqualTo("app.cloister");
        }
    }

    @Test
    void pathElsewhere_isLeftForTheEnclaveToRefuse() throws Exception {
        assertThat(PackageName.of("/etc/passwd", MountTable.current())).isEqualTo("/etc/passwd");
        assertThat(PackageName.of("../x", MountTable.current())).isEqualTo("../x");
    }
}
