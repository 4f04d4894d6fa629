package dev.cloister.image.command;

import dev.cloister.cli.CommandException;
import dev.cloister.image.eif.Pcr;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.key.KeyPolicyException;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;

@Command(
        name = "unpin",
        description = "Take an image out of a key's policy. When the last one goes, nobody may decrypt.",
        sortOptions = false)
final class UnpinCommand extends KeyTask {
    @ArgGroup(exclusive = false, multiplicity = "1")
    ImageOptions images = new ImageOptions();

    @Override
    void execute() throws CommandException, FormatException, KeyPolicyException, IOException {
        List<Pcr> unpinned = values(images.files, images.pcr0);
        edit((policy, facts) -> policy.unpin(unpinned));
    }
}
