package dev.cloister.local.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineConsoleTest {
    @TempDir
    private Path folder;

    @Test
    void end_isTheLastLines_withoutAnythingATerminalObeys() throws Exception {
        String said = "nought\none\r\ntwo\r\n\n\u001b[31mthree\u001b]0;title\u0007\r\nfour\u202e\nfive\nsix";
        assertThat(after(said).end()).isEqualTo("one | two | [31mthree]0;title | four | five | six");
    }

    @Test
    void guestThatTalksWithoutEnd_isCutShort() throws Exception {
        MachineConsole console = after("x".repeat(100_000) + "\nlast");
        assertThat(console.end()).hasSizeLessThan(1500).endsWith(" | last");
    }

    @Test
    void silentMachine_isSaidToBeSilent() throws Exception {
        assertThat(after("").end()).isEqualTo("its console is empty");
    }

    private MachineConsole after(String said) throws InterruptedException {
        Path file = folder.resolve("console.log");
        MachineConsole console = new MachineConsole(file);
        console.read(new ByteArrayInputStream(said.getBytes(StandardCharsets.UTF_8)));
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!Files.exists(file) || file.toFile().length() < said.getBytes(StandardCharsets.UTF_8).length) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(5);
        }
        return console;
    }
}
