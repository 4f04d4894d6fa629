package dev.cloister.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PidFileTest {
    @TempDir
    Path folder;

    @Test
    void writtenProcess_isFoundUntilDeleted() throws Exception {
        PidFile file = new PidFile(folder.resolve("p"));
        assertThat(file.running()).isEmpty();
        file.write();
        assertThat(file.running()).contains(ProcessHandle.current());
        file.delete();
        assertThat(file.running()).isEmpty();
    }

    @Test
    void otherProcessWithTheSameId_isNotMistakenForIt() throws Exception {
        Path path =
                Files.writeString(folder.resolve("p"), ProcessHandle.current().pid() + " 2001-01-01T00:00:00Z\n");
        assertThat(new PidFile(path).running()).isEmpty();
    }

    @Test
    void brokenFile_isNoProcess() throws Exception {
        for (String text : new String[] {"", "x", "-1 y", "99999999999999999999 z", "1"}) {
            assertThat(new PidFile(Files.writeString(folder.resolve("p"), text)).running())
                    .isEmpty();
        }
    }
}
