package dev.cloister.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

class CommandRunnerTest {
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final CommandRunner runner = new CommandRunner(new PrintStream(stderr, true, StandardCharsets.UTF_8));

    @Command(name = "cloister demand")
    static final class Demand implements Callable<Integer> {
        @Mixin
        CommonOptions common = new CommonOptions();

        @Option(names = "--kind")
        String kind = "";

        @Override
        public Integer call() throws Exception {
            return switch (kind) {
                case "denied" ->
                    throw new CommandException(
                            ExitStatus.KEY_ACCESS_DENIED,
                            "kms refused the key",
                            "pin the image with 'cloister key pin'");
                case "surprise" -> throw new IllegalStateException("Broken\n  pipe");
                default -> 0;
            };
        }
    }

    @Test
    void success_printsNothing() {
        assertThat(runner.run(new Demand())).isZero();
        assertThat(printed()).isEmpty();
    }

    @Test
    void expectedFailure_isOneErrorLineAndOneHint() {
        assertThat(runner.run(new Demand(), "--kind", "denied")).isEqualTo(12);
        assertThat(printed()).isEqualTo("""
                        cloister: error: kms refused the key
                        cloister: hint: pin the image with 'cloister key pin'
                        """);
    }

    @Test
    void expectedFailureWithJson_isOneObject() {
        assertThat(runner.run(new Demand(), "--kind", "denied", "--json")).isEqualTo(12);
        assertThat(printed())
                .isEqualTo("{\"error\":\"kms refused the key\",\"hint\":\"pin the image with 'cloister key pin'\","
                        + "\"reason\":\"key-access-denied\",\"status\":12}\n");
    }

    @Test
    void unexpectedFailure_isOneLineWithoutStackTrace() {
        assertThat(runner.run(new Demand(), "--kind", "surprise")).isEqualTo(1);
        assertThat(printed()).isEqualTo("cloister: error: broken; pipe (IllegalStateException)\n");
    }

    @Test
    void unknownOption_isUsage() {
        assertThat(runner.run(new Demand(), "--colour")).isEqualTo(2);
        assertThat(printed()).isEqualTo("""
                        cloister: error: unknown option: '--colour'
                        cloister: hint: see 'cloister demand --help'
                        """);
    }

    private String printed() {
        return stderr.toString(StandardCharsets.UTF_8);
    }
}
