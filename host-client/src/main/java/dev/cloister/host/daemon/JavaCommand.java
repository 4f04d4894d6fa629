package dev.cloister.host.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How this Java program was started, so that it can start itself again. */
public final class JavaCommand {
    private static final Path OWN_COMMAND_LINE = Path.of("/proc/self/cmdline");

    private final List<String> beforeArguments;

    private JavaCommand(List<String> beforeArguments) {
        this.beforeArguments = beforeArguments;
    }

    /**
     * Of this process.
     *
     * @param mainClass started by class path where the command line does not tell
     * @param arguments that {@code main} was given, which end the command line
     */
    public static JavaCommand current(Class<?> mainClass, String... arguments) {
        List<String> line = commandLine();
        List<String> own = Arrays.asList(arguments);
        int start = line.size() - own.size();
        if (start > 1 && line.subList(start, line.size()).equals(own)) {
            return new JavaCommand(List.copyOf(line.subList(1, start)));
        }
        return new JavaCommand(List.of("-cp", System.getProperty("java.class.path"), mainClass.getName()));
    }

    /** The command line as the kernel has it; {@link ProcessHandle.Info} leaves long ones out. */
    private static List<String> commandLine() {
        try {
            String text = Files.readString(OWN_COMMAND_LINE, StandardCharsets.UTF_8);
            return List.of(text.substring(0, Math.max(0, text.length() - 1)).split("\0", -1));
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    /** The same program with further options for the Java runtime and other arguments. */
    public List<String> with(List<String> options, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        beforeArguments.stream().filter(JavaCommand::isInherited).forEach(command::add);
        int program = programIndex(command);
        command.addAll(program, options);
        command.addAll(arguments);
        return command;
    }

    /**
     * A run that records an ahead-of-time cache must not have its file overwritten by what it starts, and Java refuses a
     * second choice of garbage collector.
     */
    private static boolean isInherited(String option) {
        return !option.startsWith("-XX:AOTCacheOutput=")
                && !option.startsWith("-XX:AOTMode=record")
                && !option.matches("-XX:\\+Use[A-Za-z0-9]+GC");
    }

    /** Where the options end: at {@code -jar}, {@code -cp} or the main class. */
    private static int programIndex(List<String> command) {
        for (int i = 1; i < command.size(); i++) {
            String word = command.get(i);
            if (word.equals("-jar") || word.equals("-cp") || !word.startsWith("-")) {
                return i;
            }
        }
        return command.size();
    }
}
