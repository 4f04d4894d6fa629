package dev.cloister.image.command;

import picocli.CommandLine.Command;

/** The group {@code cloister attestation}. */
@Command(
        name = "attestation",
        description = "Show and verify attestation documents of Nitro enclaves.",
        subcommands = {ShowDocumentCommand.class, VerifyDocumentCommand.class})
public final class AttestationCommand {}
