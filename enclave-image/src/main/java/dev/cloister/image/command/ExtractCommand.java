package dev.cloister.image.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.Json;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.inspect.Extraction;
import dev.cloister.image.rootfs.Warnings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "extract",
        description = "Take an image apart into a new folder: its root filesystem, or with --sections its sections.",
        sortOptions = false)
final class ExtractCommand extends Task {
    @Parameters(paramLabel = "IMAGE", description = "The image.")
    Path image = Path.of("");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            required = true,
            description = "The folder to make; it must not exist, or be empty.")
    Path output = Path.of("");

    @Option(
            names = "--sections",
            description = "The sections as files: kernel, cmdline, metadata.json, ramdisk-N, signature.")
    boolean sections;

    @Override
    void execute() throws CommandException, FormatException, IOException {
        if (!Extraction.isFree(output)) {
            throw failed(output + " is not an empty folder", "name a folder that does not exist yet", null);
        }
        Warnings warnings = new Warnings();
        List<String> names = sections ? Extraction.sections(image, output) : Extraction.tree(image, output, warnings);
        warnings.lines().forEach(line -> System.err.println("cloister: warning: " + line));
        if (common.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("Folder", output.toString());
            map.put("Files", names);
            System.out.println(Json.write(map));
        } else {
            names.forEach(name -> System.out.println(output.resolve(name)));
        }
    }
}
