package dev.cloister.cli;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Runs a picocli command the way every cloister command behaves: data on stdout, {@code cloister: error: …} and
 * {@code cloister: hint: …} on stderr, the exit status from {@link ExitStatus}.
 */
public final class CommandRunner {
    private final PrintStream err;
    private final ExitStatus usageStatus;

    public CommandRunner(PrintStream err) {
        this(err, ExitStatus.USAGE);
    }

    /** For {@code run}, whose caller must not mistake a wrong command line for the application's own status 2. */
    public CommandRunner(PrintStream err, ExitStatus usageStatus) {
        this.err = err;
        this.usageStatus = usageStatus;
    }

    /**
     * Parses and runs.
     *
     * @param command an object or class annotated for picocli whose {@code call} returns the exit status as Integer
     * @return the exit status for {@link System#exit}
     */
    public int run(Object command, String... arguments) {
        boolean json = Arrays.asList(arguments).contains("--json");
        return new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                // An argument that begins with @ is itself, and not a file to read arguments from.
                .setExpandAtFiles(false)
                .setParameterExceptionHandler((wrong, args) -> usage(wrong, json))
                .setExecutionExceptionHandler((failure, line, result) -> failed(failure, json))
                .execute(arguments);
    }

    private int usage(ParameterException wrong, boolean json) {
        String command = wrong.getCommandLine().getCommandSpec().qualifiedName();
        String message = lowerFirst(String.valueOf(wrong.getMessage()));
        report(new CommandException(usageStatus, message, "see '" + command + " --help'"), json);
        return usageStatus.code();
    }

    private int failed(Exception failure, boolean json) {
        CommandException told = failure instanceof CommandException expected
                ? expected
                : new CommandException(ExitStatus.FAILED, describe(failure), null, failure);
        report(told, json);
        return told.status().code();
    }

    /** Prints an error and its hint; the one place that decides how they look. */
    public void report(CommandException failure, boolean json) {
        if (json) {
            Map<String, @Nullable Object> line = new LinkedHashMap<>();
            line.put("error", failure.getMessage());
            line.put("hint", failure.hint());
            line.put("reason", failure.statusName());
            line.put("status", failure.status().code());
            err.println(Json.write(line));
            return;
        }
        err.println("cloister: error: " + oneLine(String.valueOf(failure.getMessage())));
        if (failure.hint() != null) {
            err.println("cloister: hint: " + oneLine(failure.hint()));
        }
    }

    /** An unforeseen failure: its kind and text on one line, for a report; never a stack trace. */
    private static String describe(Throwable failure) {
        String text = failure.getMessage();
        String kind = failure.getClass().getSimpleName();
        return text == null ? kind : lowerFirst(text) + " (" + kind + ")";
    }

    private static String oneLine(String text) {
        return Printable.of(text.strip().replaceAll("\\s*\\R\\s*", "; "));
    }

    private static String lowerFirst(String text) {
        boolean isWord = text.length() > 1 && Character.isLowerCase(text.charAt(1));
        return isWord ? Character.toLowerCase(text.charAt(0)) + text.substring(1) : text;
    }
}
