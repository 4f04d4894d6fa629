package dev.cloister.image.build;

import dev.cloister.image.file.FormatException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the init starts once the image has booted.
 *
 * @param arguments the program and its arguments; explicit, so that nothing of Docker's ENTRYPOINT and CMD applies
 * @param environment the whole environment
 */
public record Launch(List<String> arguments, SortedMap<String, String> environment) {
    /** The environment that every program needs: where commands are, and file names in UTF-8. */
    public static final Map<String, String> DEFAULT_ENVIRONMENT =
            Map.of("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG", "C.UTF-8");

    /**
     * Checks that the line-based files of the ramdisk can carry it.
     *
     * @throws FormatException when there is no program, or a line end or NUL in a value, or {@code =} in a name
     */
    public static Launch of(List<String> arguments, Map<String, String> environment) throws FormatException {
        if (arguments.isEmpty() || arguments.getFirst().isEmpty()) {
            throw new FormatException("image: no command to start");
        }
        for (String argument : arguments) {
            demandOneLine("an argument", argument);
        }
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            demandOneLine("an environment variable", variable.getKey() + variable.getValue());
            if (variable.getKey().isEmpty() || variable.getKey().indexOf('=') >= 0) {
                throw new FormatException("image: the environment variable '" + variable.getKey() + "'");
            }
        }
        return new Launch(List.copyOf(arguments), new TreeMap<>(environment));
    }

    private static void demandOneLine(String what, String value) throws FormatException {
        if (value.indexOf('\n') >= 0 || value.indexOf('\0') >= 0) {
            throw new FormatException("image: " + what + " has a line end or a NUL");
        }
    }

    byte[] command() {
        return lines(arguments);
    }

    byte[] variables() {
        return lines(environment.entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList());
    }

    private static byte[] lines(List<String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
