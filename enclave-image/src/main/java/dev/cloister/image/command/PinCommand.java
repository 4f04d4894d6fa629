package dev.cloister.image.command;

import dev.cloister.cli.CommandException;
import dev.cloister.image.eif.Pcr;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.key.KeyPolicyException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "pin",
        description = "Let a host decrypt inside an image, and nowhere else. Doing it twice changes nothing.",
        sortOptions = false)
final class PinCommand extends KeyTask {
    @ArgGroup(exclusive = false, multiplicity = "1")
    ImageOptions images = new ImageOptions();

    @Option(
            names = "--for",
            paramLabel = "HOST_ARN",
            description = "The role of the host's parent instance, or the host's account; needed for the first pin, "
                    + "repeatable.")
    List<String> hosts = new ArrayList<>();

    @Override
    void execute() throws CommandException, FormatException, KeyPolicyException, IOException {
        List<Pcr> pinned = values(images.files, images.pcr0);
        edit((policy, facts) -> policy.pin(facts, pinned, hosts));
    }
}
