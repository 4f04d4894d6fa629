package dev.cloister.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options that every command has, {@code --help} and {@code --version} among them; a picocli mixin. */
@Command(mixinStandardHelpOptions = true, version = "cloister 0.1.0")
public final class CommonOptions {
    @Option(
            names = "--json",
            description = "Print the result as one line of JSON on stdout; errors as one line of JSON on stderr.")
    private boolean json;

    public boolean json() {
        return json;
    }
}
