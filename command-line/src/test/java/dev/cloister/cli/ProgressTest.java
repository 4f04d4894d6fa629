package dev.cloister.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private Instant now = Instant.EPOCH;
    private final InstantSource clock = () -> now;
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();

    @Test
    void linesBetweenIntervals_areNotPrinted() {
        try (Progress progress = new Progress.Lines(
                "encrypting", 100L << 20, new PrintStream(stderr, true, StandardCharsets.UTF_8), clock)) {
            progress.advance(5L << 20);
            now = now.plusSeconds(10);
            progress.advance(5L << 20);
            now = now.plusSeconds(9);
            progress.advance(5L << 20);
        }
        assertThat(stderr.toString(StandardCharsets.UTF_8)).isEqualTo("cloister: encrypting: 10 of 100 MiB\n");
    }
}
