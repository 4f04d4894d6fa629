package dev.cloister.local.codebuild;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** A build's log in the line shapes of CodeBuild's; what commands print stands in it as it is. */
final class BuildLog implements AutoCloseable {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu/MM/dd HH:mm:ss.SSSSSS", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final PrintStream out;
    private final InstantSource clock;

    BuildLog(Path file, InstantSource clock) throws IOException {
        this.out = new PrintStream(Files.newOutputStream(file), true, StandardCharsets.UTF_8);
        this.clock = clock;
    }

    /** A line of the agent's own. */
    synchronized void agent(String text) {
        out.println("[Container] " + TIME.format(clock.instant()) + " " + text);
    }

    /** A line of a command's output. */
    synchronized void output(String line) {
        out.println(line);
    }

    @Override
    public void close() {
        out.close();
    }
}
