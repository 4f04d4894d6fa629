package dev.cloister.image.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.cli.OutputFile;
import dev.cloister.image.build.Blobs;
import dev.cloister.image.build.BuildSummary;
import dev.cloister.image.build.EnclaveLayer;
import dev.cloister.image.build.ImageBuilder.Built;
import dev.cloister.image.build.InputDigests;
import dev.cloister.image.build.InputDigests.Input;
import dev.cloister.image.build.Layers;
import dev.cloister.image.build.RecipeBuild;
import dev.cloister.image.eif.Measurements;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.manifest.ManifestException;
import dev.cloister.image.manifest.Recipe;
import dev.cloister.image.manifest.RecipeReader;
import dev.cloister.image.rootfs.Warnings;
import dev.cloister.image.sbom.BillOfMaterials;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "build",
        description = "Build an image. The same inputs give the same file on any machine.",
        sortOptions = false)
final class BuildCommand extends Task {
    /** What a manifest leaves to the command line. */
    private static final Set<String> BESIDE_MANIFEST =
            Set.of("--manifest", "--output", "--summary", "--sbom", "--json");

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-m", "--manifest"},
            paramLabel = "FILE",
            description = "An image.yaml that says all of what follows; docs/format/image-v1.md describes it.")
    @Nullable
    Path manifest;

    @Mixin
    RecipeOptions options = new RecipeOptions();

    @Option(
            names = "--summary",
            paramLabel = "FILE",
            description = "Also write down what went in and came out, for 'cloister image verify'.")
    @Nullable
    Path summary;

    @Option(
            names = "--sbom",
            paramLabel = "FILE",
            description = "Also write the image's bill of materials, as CycloneDX JSON.")
    @Nullable
    Path sbom;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description = "The image to write.")
    Path output = Path.of("");

    private Optional<Input> manifestInput = Optional.empty();

    @Override
    void execute() throws CommandException, FormatException, IOException {
        Recipe recipe = recipe();
        demandFolders(recipe);
        try (OutputFiles files = new OutputFiles()) {
            OutputFile bill = sbom == null ? null : files.add(sbom);
            OutputFile account = summary == null ? null : files.add(summary);
            // Moved to its place last: where an image is, what was asked for beside it is too.
            OutputFile image = files.add(output);
            Warnings warnings = new Warnings();
            Built built = new RecipeBuild(recipe).build(image.draft(), warnings, tree -> {
                if (bill != null) {
                    write(bill, BillOfMaterials.of(tree, recipe.name(), recipe.version()));
                }
            });
            List<String> lines = warnings.lines();
            lines.forEach(line -> System.err.println("cloister: warning: " + line));
            if (account != null) {
                Path folder = account.draft().resolveSibling("");
                write(account, BuildSummary.write(folder, recipe, manifestInput, built, image.draft(), lines));
            }
            files.keep();
            print(built);
        }
    }

    private Recipe recipe() throws CommandException, IOException {
        long epoch = sourceDateEpoch();
        if (manifest == null) {
            return options.recipe(epoch);
        }
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            if (!BESIDE_MANIFEST.contains(option.longestName())) {
                throw new CommandException(
                        ExitStatus.USAGE,
                        "--manifest excludes " + option.longestName(),
                        "write it into the manifest",
                        null);
            }
        }
        Path folder = manifest.toAbsolutePath().resolveSibling("");
        byte[] bytes = Files.readAllBytes(manifest);
        manifestInput = Optional.of(InputDigests.manifest(manifest, bytes));
        try {
            return new RecipeReader(folder, Blobs.DEFAULT_FOLDER, epoch).read(bytes);
        } catch (ManifestException e) {
            throw failed(manifest + ": " + e.getMessage(), "docs/format/image-v1.md lists the keys", e);
        }
    }

    private static void demandFolders(Recipe recipe) throws CommandException {
        if (!Files.isDirectory(recipe.blobs())) {
            throw failed(
                    "no blobs folder at " + recipe.blobs(),
                    "install aws-nitro-enclaves-cli-devel, or name a folder with --blobs",
                    null);
        }
        for (Path required : EnclaveLayer.requiredFiles()) {
            if (recipe.server().isPresent()
                    && !Files.exists(recipe.server().get().resolve(required))) {
                throw failed(
                        "no " + required + " in " + recipe.server().get(),
                        "make the runtime with 'cloister image runtime', and put the server's jars into lib/",
                        null);
            }
        }
    }

    /** The time that goes into the image, by the convention of reproducible builds; 1970 without one. */
    private static long sourceDateEpoch() throws CommandException {
        String epoch = System.getenv("SOURCE_DATE_EPOCH");
        if (epoch == null || epoch.isBlank()) {
            return 0;
        }
        if (!epoch.strip().matches("[0-9]{1,10}") || Long.parseLong(epoch.strip()) > 0xffff_ffffL) {
            throw new CommandException(
                    ExitStatus.USAGE,
                    "SOURCE_DATE_EPOCH is no number of seconds from 0 to 4294967295: '" + epoch + "'",
                    null,
                    null);
        }
        return Long.parseLong(epoch.strip());
    }

    private static void write(OutputFile file, String text) throws IOException {
        try (OutputStream out = file.open()) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void print(Built built) throws IOException {
        Measurements measurements = built.measurements();
        if (common.json()) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("Measurements", measurements.toMap());
            result.put("ImagePath", output.toString());
            result.put("ImageSize", Files.size(output));
            result.put("Layers", Layers.json(built.layers()));
            System.out.println(Json.write(result));
            return;
        }
        System.out.println("PCR0 " + measurements.pcr0());
        System.out.println("PCR1 " + measurements.pcr1());
        System.out.println("PCR2 " + measurements.pcr2());
    }
}
