package dev.cloister.local;

import dev.cloister.cli.CommandRunner;
import picocli.CommandLine.Command;

/** The program behind {@code cloister local}. */
@Command(
        name = "cloister local",
        description = "KMS with attestation, STS and S3 of two accounts on this machine.",
        subcommands = {UpCommand.class, DownCommand.class, EnvCommand.class, AuditCommand.class})
public final class LocalMain {
    private LocalMain() {}

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] args) {
        System.exit(new CommandRunner(System.err).run(new LocalMain(), args));
    }
}
