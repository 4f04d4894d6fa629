package dev.cloister.image.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which images a key command is about; at least one. */
final class ImageOptions {
    @Option(names = "--image", paramLabel = "FILE", description = "An image, which is measured; repeatable.")
    List<Path> files = new ArrayList<>();

    @Option(names = "--pcr0", paramLabel = "HEX", description = "An image's PCR0, 96 hex digits; repeatable.")
    List<String> pcr0 = new ArrayList<>();
}
