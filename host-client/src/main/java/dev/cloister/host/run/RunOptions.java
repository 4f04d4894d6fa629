package dev.cloister.host.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code cloister run} is asked to do.
 *
 * @param file the package, as written
 * @param script the entrypoint
 * @param shellArguments texts that are split as a shell does
 * @param verbatimArguments arguments that follow those, as they are
 * @param profile AWS profile, or null for the default credentials
 * @param enclave address, or null for the default
 * @param json whether the report is one line of JSON
 */
record RunOptions(
        String file,
        String script,
        List<String> shellArguments,
        List<String> verbatimArguments,
        @Nullable String profile,
        @Nullable String enclave,
        boolean json) {
    /**
     * Reads a command line that is written in the plain way: known options, each value a word of its own. Anything else
     * (help, mistakes, other spellings) is left to picocli, which reads these lines in the same way and takes a third
     * of the time of a whole run to load.
     *
     * @return nothing when picocli must look at it
     */
    static Optional<RunOptions> ofPlain(String... words) {
        List<String> files = new ArrayList<>();
        List<String> scripts = new ArrayList<>();
        List<String> shellArguments = new ArrayList<>();
        List<String> verbatim = new ArrayList<>();
        List<String> profiles = new ArrayList<>();
        List<String> enclaves = new ArrayList<>();
        boolean json = false;
        for (int i = 0; i < words.length; i++) {
            if (words[i].equals("--")) {
                verbatim.addAll(List.of(words).subList(i + 1, words.length));
                break;
            }
            if (words[i].equals("--json")) {
                json = true;
                continue;
            }
            List<String> values = switch (words[i]) {
                case "-f", "--file" -> files;
                case "-s", "--script" -> scripts;
                case "-a", "--args" -> shellArguments;
                case "--profile" -> profiles;
                case "--enclave" -> enclaves;
                default -> null;
            };
            if (values == null || ++i == words.length || !isPlainValue(words[i])) {
                return Optional.empty();
            }
            values.add(words[i]);
        }
        if (files.size() != 1 || scripts.size() != 1 || profiles.size() > 1 || enclaves.size() > 1) {
            return Optional.empty();
        }
        String profile = profiles.isEmpty() ? null : profiles.getFirst();
        String enclave = enclaves.isEmpty() ? null : enclaves.getFirst();
        return Optional.of(
                new RunOptions(files.getFirst(), scripts.getFirst(), shellArguments, verbatim, profile, enclave, json));
    }

    /** Not what picocli could take for an option, a quoted text or an argument file. */
    private static boolean isPlainValue(String word) {
        boolean isOptionText = word.startsWith("-") && word.indexOf(' ') < 0;
        return !word.isEmpty() && !isOptionText && "\"'@".indexOf(word.charAt(0)) < 0;
    }
}
