package dev.cloister.host.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.host.testing.Mounted;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SyncedFolderTest {
    private Mounted mounted;
    private Path root;

    @BeforeAll
    void mount() throws Exception {
        mounted = Mounted.open();
        root = mounted.mountPoint();
    }

    @AfterAll
    void unmount() throws Exception {
        mounted.close();
    }

    @Test
    void writtenFile_readsBack() throws Exception {
        Files.writeString(root.resolve("a"), "hello");
        assertThat(root.resolve("a")).hasContent("hello");
    }
}
