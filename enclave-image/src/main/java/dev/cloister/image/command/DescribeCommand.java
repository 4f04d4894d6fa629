package dev.cloister.image.command;

import dev.cloister.cli.Json;
import dev.cloister.cli.Printable;
import dev.cloister.image.container.Sources;
import dev.cloister.image.eif.Architecture;
import dev.cloister.image.eif.EifCheck;
import dev.cloister.image.eif.EifFile;
import dev.cloister.image.eif.EifMetadata;
import dev.cloister.image.eif.EifSection;
import dev.cloister.image.eif.EifSignature;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.inspect.ImageSizes;
import dev.cloister.image.inspect.SizeReport;
import dev.cloister.image.rootfs.FileTree;
import dev.cloister.image.rootfs.RootfsSource;
import dev.cloister.image.rootfs.Warnings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "describe",
        description =
                "Say what an image holds and what it measures, and where every megabyte comes from. Describes also "
                        + "what an image can be made from: a directory, a tar archive, a container image.",
        sortOptions = false)
final class DescribeCommand extends Task {
    @Parameters(paramLabel = "IMAGE", description = "The image.")
    Path image = Path.of("");

    @Option(
            names = "--sizes",
            description = "With --json: sizes by layer and folder instead of what 'nitro-cli describe-eif' prints.")
    boolean sizes;

    @Override
    void execute() throws FormatException, IOException {
        if (!EifFile.isOne(image)) {
            describeSource();
            return;
        }
        try (EifFile eif = EifFile.open(image)) {
            if (common.json() && sizes) {
                System.out.println(Json.write(ImageSizes.of(eif).toMap()));
            } else if (common.json()) {
                System.out.println(Json.write(Description.of(eif, eif.check())));
            } else {
                print(eif, eif.check());
            }
        }
    }

    /** A root filesystem has no registers yet. */
    private void describeSource() throws FormatException, IOException {
        FileTree tree = new FileTree();
        Warnings warnings = new Warnings();
        Path scratch = Path.of(System.getProperty("java.io.tmpdir"));
        SizeReport report;
        try (RootfsSource source = Sources.open(image, Architecture.X86_64, scratch)) {
            source.addTo(tree, warnings);
            report = ImageSizes.of(tree);
        } catch (FormatException e) {
            if (Files.isDirectory(image)) {
                throw e;
            }
            throw new FormatException(
                    "eif: the magic number is not '.eif', and it is no root filesystem either (" + e.getMessage() + ")",
                    e);
        }
        warnings.lines().forEach(line -> System.err.println("cloister: warning: " + line));
        if (common.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("Source", image.toString());
            map.putAll(report.toMap());
            System.out.println(Json.write(map));
        } else {
            line("source", Files.isDirectory(image) ? "a folder" : "an archive");
            report.lines().forEach(System.out::println);
        }
    }

    private static void print(EifFile eif, EifCheck check) throws FormatException, IOException {
        EifMetadata metadata = eif.metadata();
        line("image", metadata.imageName() + " " + metadata.imageVersion());
        line("architecture", eif.header().architecture().label());
        line("kernel", metadata.build("OperatingSystem") + " " + metadata.build("KernelVersion"));
        line(
                "built",
                metadata.build("BuildTime") + " by " + metadata.build("BuildTool") + " "
                        + metadata.build("BuildToolVersion"));
        line("checksum", check.crcMatches() ? "right" : "WRONG, the file was changed");
        if (eif.isSigned()) {
            line("signature", signature(eif.signature(), check));
        }
        for (Map.Entry<String, String> measurement :
                check.measurements().toMap().entrySet()) {
            if (measurement.getKey().startsWith("PCR")) {
                line(measurement.getKey(), measurement.getValue());
            }
        }
        for (EifSection section : eif.sections()) {
            line("section", section.type().label() + ", " + section.data().size() + " bytes");
        }
        try {
            ImageSizes.of(eif).lines().forEach(System.out::println);
        } catch (FormatException e) {
            // An image of another builder may compress its ramdisks; its registers are right all the same.
            System.err.println("cloister: warning: the files are not listed: " + Printable.of(e.getMessage() + ""));
        }
    }

    private static String signature(EifSignature signature, EifCheck check) {
        String verdict =
                signature.signs(check.measurements().pcr0()) ? "right" : "WRONG, made for another image or changed";
        Instant now = Instant.now();
        String expiry =
                signature.isValidAt(now) ? "" : ", its certificate is NOT VALID NOW: nitro-cli refuses to run it";
        return verdict + ", by " + signature.certificate().getSubjectX500Principal() + expiry;
    }

    private static void line(String label, String text) {
        System.out.println(label + " ".repeat(Math.max(1, 14 - label.length())) + Printable.of(text));
    }
}
