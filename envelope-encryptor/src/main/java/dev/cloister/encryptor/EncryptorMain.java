package dev.cloister.encryptor;

import dev.cloister.cli.CommandRunner;
import picocli.CommandLine.Command;

/** The third party's side of {@code cloister}: {@code cloister encrypt}. */
@Command(
        name = "cloister",
        subcommands = EncryptCommand.class,
        description = "Seals an application's directory into a package.")
public final class EncryptorMain {
    private EncryptorMain() {}

    public static void main(String[] arguments) {
        System.exit(new CommandRunner(System.err).run(new EncryptorMain(), arguments));
    }
}
