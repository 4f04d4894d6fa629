package dev.cloister.local.codebuild;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The one shell of a build: what a command sets, defines or enters holds for the next. A command that ends the shell has
 * failed with that status, and the next one gets a new shell in the build's folder. Closing kills all it has started.
 */
final class BuildShell implements AutoCloseable {
    /** Longer lines are broken there, so that one cannot fill the memory. */
    private static final int MAX_LINE_BYTES = 1 << 16;

    private static final Duration LAST_OUTPUT = Duration.ofSeconds(2);

    /** Reads the names of files with commands, and says after each how it ended. */
    private static final String DRIVER =
            "while IFS= read -r CLOISTER_STEP; do . \"$CLOISTER_STEP\" </dev/null; printf '\\n%s %d\\n' \"$0\" \"$?\"; done";

    private final String program;
    private final Path folder;
    private final Path scratch;
    private final Map<String, String> environment;
    private final Consumer<String> output;
    private int steps;
    private @Nullable Running running;

    /**
     * Nothing is started yet.
     *
     * @param folder where commands begin
     * @param scratch for files of its own
     * @param environment all of it
     * @param output gets each line that commands print
     */
    BuildShell(String program, Path folder, Path scratch, Map<String, String> environment, Consumer<String> output) {
        this.program = program;
        this.folder = folder;
        this.scratch = scratch;
        this.environment = environment;
        this.output = output;
    }

    /**
     * Runs a command.
     *
     * @param within time for it; then everything is killed
     * @return its status, or empty when the time was over
     */
    @Nullable
    Integer run(String command, Duration within) throws IOException, InterruptedException {
        Running shell = running;
        if (shell == null || !shell.process.isAlive()) {
            shell = new Running();
            running = shell;
        }
        Path step = Files.writeString(scratch.resolve("step-" + ++steps + ".sh"), command + "\n");
        shell.next(step);
        Integer status = shell.statuses.poll(Math.max(1, within.toMillis()), TimeUnit.MILLISECONDS);
        if (status == null) {
            shell.kill();
        }
        return status;
    }

    @Override
    public void close() {
        if (running != null) {
            running.kill();
        }
    }

    /** A shell that lives, with the thread that reads what it prints. */
    private final class Running {
        private final String mark =
                HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong())
                        + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        private final Pattern end = Pattern.compile(mark + " ([0-9]{1,3})");
        private final BlockingQueue<Integer> statuses = new LinkedBlockingQueue<>();
        private final Process process;
        private final Thread reader;
        private boolean isEmptyLineHeld;

        Running() throws IOException {
            // A session, and so a process group, of its own, to be killed as a whole.
            List<String> arguments = new ArrayList<>(List.of("setsid", program));
            if (program.equals("bash")) {
                arguments.addAll(List.of("--noprofile", "--norc"));
            }
            arguments.addAll(List.of("-c", DRIVER, mark));
            ProcessBuilder builder =
                    new ProcessBuilder(arguments).directory(folder.toFile()).redirectErrorStream(true);
            builder.environment().clear();
            builder.environment().putAll(environment);
            process = builder.start();
            reader = Thread.ofPlatform().daemon().start(this::read);
            Thread.ofPlatform().daemon().start(this::awaitEnd);
        }

        void next(Path step) throws IOException {
            OutputStream control = process.getOutputStream();
            control.write((step + "\n").getBytes(StandardCharsets.UTF_8));
            control.flush();
        }

        private void awaitEnd() {
            try {
                int status = process.waitFor();
                // Something in the background may keep the pipe open for ever.
                reader.join(LAST_OUTPUT);
                statuses.add(status);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void read() {
            try (InputStream in = new BufferedInputStream(process.getInputStream())) {
                ByteArrayOutputStream line = new ByteArrayOutputStream();
                for (int b = in.read(); b >= 0; b = in.read()) {
                    if (b == '\n') {
                        line(line.toString(StandardCharsets.UTF_8));
                        line.reset();
                    } else {
                        line.write(b);
                        if (line.size() == MAX_LINE_BYTES) {
                            line(line.toString(StandardCharsets.UTF_8));
                            line.reset();
                        }
                    }
                }
                if (line.size() > 0) {
                    line(line.toString(StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                // The shell was killed; there is no more to read.
            }
        }

        /** The mark stands on a line of its own, after a line end that the command need not have printed. */
        private void line(String text) {
            Matcher matcher = end.matcher(text);
            if (matcher.matches()) {
                isEmptyLineHeld = false;
                statuses.add(Integer.valueOf(matcher.group(1)));
                return;
            }
            if (isEmptyLineHeld) {
                output.accept("");
            }
            isEmptyLineHeld = text.isEmpty();
            if (!isEmptyLineHeld) {
                output.accept(text);
            }
        }

        void kill() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            try {
                new ProcessBuilder("sh", "-c", "kill -KILL -- \"-$0\"", Long.toString(process.pid()))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
                process.destroyForcibly().waitFor();
            } catch (IOException e) {
                process.destroyForcibly();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
