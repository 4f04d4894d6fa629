package dev.cloister.host.testing;

import dev.cloister.host.HostMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs {@code cloister} commands as processes of their own, with their state in a folder of the test's. */
public final class Command {
    private static final long TIMEOUT_SECONDS = 60;

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();
    private Path workingFolder = Path.of("").toAbsolutePath();

    /** With {@code folder} for state, logs and captured output. */
    public Command(Path folder) {
        this.folder = folder;
        environment.put("XDG_RUNTIME_DIR", folder.toString());
    }

    /** What a command did. */
    public record Result(int status, String out, String err) {}

    public Command with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Runs commands in another working folder. */
    public Command in(Path working) {
        workingFolder = working;
        return this;
    }

    /** Runs a command to its end. */
    public Result run(String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "out", ".txt");
        Path err = Files.createTempFile(folder, "err", ".txt");
        Process process = start(out, err, arguments);
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(Arrays.toString(arguments) + " did not end; stderr: " + Files.readString(err));
        }
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Starts a command with its output going to files. */
    public Process start(Path out, Path err, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                HostMain.class.getName()));
        line.addAll(Arrays.asList(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.directory(workingFolder.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_") || name.startsWith("CLOISTER_"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Runs any program; its output is one text. */
    public static Result shell(String script, Object... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("bash", "-c", script, "bash"));
        Arrays.stream(arguments).map(Object::toString).forEach(line::add);
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out, out);
    }
}
