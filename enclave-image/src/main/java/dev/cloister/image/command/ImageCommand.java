package dev.cloister.image.command;

import picocli.CommandLine.Command;

/** The group {@code cloister image}. */
@Command(
        name = "image",
        description = "Build, inspect, compare, verify and sign enclave images.",
        subcommands = {
            BuildCommand.class,
            DescribeCommand.class,
            DiffCommand.class,
            VerifyCommand.class,
            SignCommand.class,
            ExtractCommand.class,
            RuntimeCommand.class,
            PublishCommand.class
        })
public final class ImageCommand {}
