package dev.cloister.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import dev.cloister.local.stage.Commands.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** What all faults have in common: one line that says what failed, one that says what to do, a documented status. */
final class Faults {
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int ENCLAVE_UNREACHABLE = 10;
    static final int KEY_ACCESS_DENIED = 12;
    static final int NOT_AUTHENTIC = 13;
    static final int MOUNT_FAILED = 14;
    static final int RUN_FAILED = 125;
    static final int INTERRUPTED = 130;

    /** Longer than anything takes on a busy machine. */
    static final Duration SOON = Duration.ofMinutes(2);

    private Faults() {}

    /** A run that failed itself, called with {@code --json}: one line of JSON and nothing else. Returns what it says. */
    static String assertNotRun(Outcome outcome, String reason, int code) {
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(RUN_FAILED);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err().lines()).hasSize(1);
        ObjectNode line = json(outcome.err());
        assertThat(line.path("reason").asString("")).as(outcome.err()).isEqualTo(reason);
        assertThat(line.path("code").asInt(0)).as(outcome.err()).isEqualTo(code);
        assertThat(line.path("status").asInt(0)).isEqualTo(RUN_FAILED);
        String error = line.path("error").asString("");
        assertThat(error).isNotBlank().doesNotContain("\n", "Exception:", "java.");
        assertThat(line.path("hint").asString("")).as(error).isNotBlank();
        return error;
    }

    /** A command that failed: an error and a hint, a line each, and nothing on stdout. Returns the error. */
    static String assertFailed(Outcome outcome, int status) {
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(status);
        assertThat(outcome.out()).isEmpty();
        List<String> lines = outcome.err().lines().toList();
        assertThat(lines).as(outcome.err()).hasSize(2);
        assertThat(lines.get(0)).startsWith("cloister: error: ").doesNotContain("Exception:", "java.");
        assertThat(lines.get(1)).startsWith("cloister: hint: ");
        return lines.get(0);
    }

    static ObjectNode json(String text) {
        try {
            return JsonText.parseObject(text.getBytes(UTF_8));
        } catch (MalformedJsonException e) {
            throw new AssertionError("not one JSON object: " + text, e);
        }
    }

    /** Waits until something holds. */
    static void await(String what, Duration limit, BooleanSupplier holds) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    /** Whether a process of this machine, those inside enclaves included, has this word on its command line. */
    static boolean isRunning(String word) {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(process -> process.getFileName().toString().matches("[0-9]+"))
                    .anyMatch(process -> commandLine(process).contains(word));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The words on a command line, by the folder of a process in {@code /proc}; none when it has ended. */
    static List<String> commandLine(Path process) {
        try {
            return List.of(Files.readString(process.resolve("cmdline")).split("\0"));
        } catch (IOException ended) {
            return List.of();
        }
    }
}
