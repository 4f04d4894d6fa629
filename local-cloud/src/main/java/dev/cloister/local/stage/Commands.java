package dev.cloister.local.stage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Runs cloister commands, and other programs, as one persona: with that persona's environment and nothing else's. */
public final class Commands {
    private final Path home;
    private final Map<String, String> environment;

    /**
     * A persona's commands.
     *
     * @param home folder of the cloister command
     * @param environment where its credentials and endpoints are
     */
    public Commands(Path home, Map<String, String> environment) {
        this.home = home;
        this.environment = new HashMap<>(environment);
        for (String kept : List.of("PATH", "HOME", "JAVA_HOME", "LANG")) {
            String value = System.getenv(kept);
            if (value != null) {
                this.environment.putIfAbsent(kept, value);
            }
        }
    }

    /** The same persona with one more variable. */
    public Commands with(String variable, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(variable, value);
        return new Commands(home, more);
    }

    /** What a command said and how it ended. */
    public record Outcome(int status, String out, String err) {}

    /** Runs {@code cloister} and returns what it printed; it must end with 0. */
    public String cloister(String... arguments) throws IOException, StageException {
        Outcome outcome = tryCloister(arguments);
        if (outcome.status != 0) {
            throw new StageException("cloister " + arguments[0] + " ended with " + outcome.status + ": " + outcome.err);
        }
        return outcome.out;
    }

    /** Runs {@code cloister}, whatever its end. */
    public Outcome tryCloister(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(home.resolve("cloister").toString()));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Runs another program, which must end with 0. */
    public String program(String... command) throws IOException, StageException {
        Outcome outcome = run(List.of(command));
        if (outcome.status != 0) {
            throw new StageException(command[0] + " ended with " + outcome.status + ": " + outcome.err);
        }
        return outcome.out;
    }

    /** Starts {@code cloister} as a terminal would, with Ctrl-C in its default meaning; its end is the caller's matter. */
    public Process startCloister(String... arguments) throws IOException {
        // What is started in the background of a script ignores Ctrl-C, and so does all that it starts.
        List<String> command = new ArrayList<>(
                List.of("env", "--default-signal=INT", home.resolve("cloister").toString()));
        command.addAll(List.of(arguments));
        return start(command);
    }

    private Process start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private Outcome run(List<String> command) throws IOException {
        Process process = start(command);
        // A thread of its own: the common pool may have but one, and another command's errors would keep it busy.
        CompletableFuture<String> err = CompletableFuture.supplyAsync(
                () -> readAll(process.getErrorStream()),
                task -> Thread.ofPlatform().daemon().start(task));
        String out = readAll(process.getInputStream());
        try {
            return new Outcome(process.waitFor(), out, err.join());
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static String readAll(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
