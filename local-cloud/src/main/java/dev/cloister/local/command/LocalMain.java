package dev.cloister.local.command;

import dev.cloister.cli.CommandRunner;
import dev.cloister.local.demo.DemoCommand;
import picocli.CommandLine.Command;

/** The program behind {@code cloister local}. */
@Command(
        name = "cloister local",
        description = "KMS with attestation, STS and S3 of two accounts, and enclaves, on this machine.",
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            EnvCommand.class,
            AuditCommand.class,
            DeployCommand.class,
            RightsCommand.class,
            StartCommand.class,
            StopCommand.class,
            StartBuildCommand.class,
            DemoCommand.class
        })
public final class LocalMain {
    private LocalMain() {}

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] args) {
        System.exit(new CommandRunner(System.err).run(new LocalMain(), args));
    }
}
