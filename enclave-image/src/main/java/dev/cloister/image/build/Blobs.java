package dev.cloister.image.build;

import dev.cloister.image.eif.Architecture;
import dev.cloister.image.file.Content;
import dev.cloister.image.file.FileContent;
import dev.cloister.image.file.FormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an image boots with, in the names of AWS's blobs folder.
 *
 * @param architecture x86_64 for a {@code bzImage}, aarch64 for an {@code Image}
 * @param kernel the kernel
 * @param commandLine the kernel's command line, without line end
 * @param init the first program, static
 * @param nsm the driver of the security module, where it is not built into the kernel
 * @param operatingSystem from the kernel's configuration, {@code Linux} without one
 * @param kernelVersion from the kernel's configuration, {@code unknown} without one
 */
public record Blobs(
        Architecture architecture,
        Content kernel,
        String commandLine,
        Content init,
        Optional<Content> nsm,
        String operatingSystem,
        String kernelVersion) {
    /** Where {@code aws-nitro-enclaves-cli-devel} puts them. */
    public static final Path DEFAULT_FOLDER = Path.of("/usr/share/nitro_enclaves/blobs");

    private static final Pattern CONFIGURATION =
            Pattern.compile("# (\\w+)/\\S+ (\\S+) Kernel Configuration", Pattern.CASE_INSENSITIVE);

    /**
     * The blobs of a folder: {@code bzImage} or {@code Image}, {@code cmdline}, {@code init}, and where they exist
     * {@code nsm.ko} and {@code bzImage.config} or {@code Image.config}.
     *
     * @throws NoSuchFileException naming the one that is missing
     * @throws FormatException when the command line cannot be carried
     */
    public static Blobs of(Path folder) throws IOException, FormatException {
        Architecture architecture = Files.exists(folder.resolve("Image")) ? Architecture.AARCH64 : Architecture.X86_64;
        String kernel = architecture == Architecture.AARCH64 ? "Image" : "bzImage";
        Path nsm = folder.resolve("nsm.ko");
        Matcher configured = configuration(folder.resolve(kernel + ".config"));
        boolean isConfigured = configured.find();
        return new Blobs(
                architecture,
                FileContent.of(folder.resolve(kernel)),
                commandLine(folder.resolve("cmdline")),
                FileContent.of(folder.resolve("init")),
                Files.exists(nsm) ? Optional.of(FileContent.of(nsm)) : Optional.empty(),
                isConfigured ? configured.group(1) : "Linux",
                isConfigured ? configured.group(2) : "unknown");
    }

    private static String commandLine(Path file) throws IOException, FormatException {
        String line = Files.readString(file, StandardCharsets.ISO_8859_1).stripTrailing();
        if (line.indexOf('\n') >= 0 || line.indexOf('\0') >= 0) {
            throw new FormatException(file + " is not one line");
        }
        return line;
    }

    /** The third line of a kernel configuration names the kernel. */
    private static Matcher configuration(Path file) throws IOException {
        if (!Files.exists(file)) {
            return CONFIGURATION.matcher("");
        }
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            List<String> start = lines.limit(3).toList();
            return CONFIGURATION.matcher(String.join("\n", start));
        }
    }
}
