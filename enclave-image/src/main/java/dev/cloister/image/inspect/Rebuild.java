package dev.cloister.image.inspect;

import dev.cloister.image.build.BuildSummary;
import dev.cloister.image.build.ImageBuilder.Built;
import dev.cloister.image.build.RecipeBuild;
import dev.cloister.image.eif.EifFile;
import dev.cloister.image.file.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Builds an image again from what the summary of its build recorded, and compares.
 *
 * @param changedInputs that are not what the summary says, as kind and path
 * @param difference from the image (first) to the one built now (second); of a signed image without its signature
 */
public record Rebuild(List<String> changedInputs, ImageDiff difference) {
    /** A signature is made after the build, so this register is not the build's. */
    private static final String SIGNER = "PCR8";

    /**
     * Builds beside the image, and leaves nothing there.
     *
     * @param summary of the image's build; its inputs must still lie where it says
     */
    public static Rebuild of(Path image, Path summary) throws IOException, FormatException {
        Path folder = Files.createTempDirectory(image.toAbsolutePath().resolveSibling(""), ".verify-");
        Path again = folder.resolve("again.eif");
        try {
            Built built = new RecipeBuild(BuildSummary.recipe(summary)).build(again, warning -> {}, tree -> {});
            List<String> changed = BuildSummary.changedInputs(summary, built.sourceLayers());
            try (EifFile one = EifFile.open(image);
                    EifFile two = EifFile.open(again)) {
                return new Rebuild(changed, ImageDiff.of(one, two));
            }
        } finally {
            Files.deleteIfExists(again);
            Files.delete(folder);
        }
    }

    /** The registers that come out otherwise. */
    public List<String> registers() {
        return difference.registers().stream()
                .filter(register -> !register.equals(SIGNER))
                .toList();
    }

    /** What makes them come out otherwise. */
    public List<Difference> causes() {
        return difference.differences().stream()
                .filter(cause -> cause.registers().stream().anyMatch(register -> !register.equals(SIGNER)))
                .toList();
    }
}
