package dev.cloister.image.command;

import picocli.CommandLine.Command;

/** The group {@code cloister key}. */
@Command(
        name = "key",
        description = "Say in a key's policy which images may decrypt.",
        subcommands = {PinCommand.class, UnpinCommand.class, ShowCommand.class, AuditCommand.class})
public final class KeyCommand {}
