package dev.cloister.image;

import dev.cloister.cli.CommandRunner;
import dev.cloister.image.command.AttestationCommand;
import dev.cloister.image.command.ImageCommand;
import dev.cloister.image.command.KeyCommand;
import picocli.CommandLine.Command;

/** The program behind {@code cloister image}, {@code cloister key} and {@code cloister attestation}. */
@Command(
        name = "cloister",
        subcommands = {ImageCommand.class, KeyCommand.class, AttestationCommand.class})
public final class ImageMain {
    private ImageMain() {}

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] args) {
        System.exit(new CommandRunner(System.err).run(new ImageMain(), args));
    }
}
