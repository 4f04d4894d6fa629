package dev.cloister.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.host.HostMain;
import java.util.List;
import org.junit.jupiter.api.Test;

class JavaCommandTest {
    @Test
    void unknownOwnArguments_startTheMainClassByClassPath() {
        List<String> command = JavaCommand.current(HostMain.class, "not", "ours")
                .with(List.of("-Xmx9m"), List.of("sync", "-d", "x y"));
        assertThat(command.getFirst()).endsWith("/bin/java");
        assertThat(command.subList(1, command.size()))
                .containsExactly(
                        "-Xmx9m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostMain.class.getName(),
                        "sync",
                        "-d",
                        "x y");
    }

    @Test
    void ownCommandLine_isKeptWithoutItsArguments() {
        List<String> command = JavaCommand.current(HostMain.class).with(List.of(), List.of("end"));
        assertThat(command).endsWith("end").hasSizeGreaterThan(2);
        assertThat(command).noneMatch(word -> word.matches("-XX:\\+Use.*GC"));
    }
}
