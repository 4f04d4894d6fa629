package dev.cloister.image.command;

import picocli.CommandLine.Command;

/** The group {@code cloister image}. */
@Command(
        name = "image",
        description = "Build and inspect enclave images.",
        subcommands = {BuildCommand.class, DescribeCommand.class, RuntimeCommand.class, PublishCommand.class})
public final class ImageCommand {}
