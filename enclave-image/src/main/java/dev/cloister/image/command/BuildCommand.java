package dev.cloister.image.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.image.build.Blobs;
import dev.cloister.image.build.EnclaveLayer;
import dev.cloister.image.build.ImageBuilder;
import dev.cloister.image.build.ImageBuilder.Built;
import dev.cloister.image.build.ImageBuilder.Identity;
import dev.cloister.image.build.LaunchRequest;
import dev.cloister.image.build.Layers;
import dev.cloister.image.container.Sources;
import dev.cloister.image.eif.Measurements;
import dev.cloister.image.file.Content;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.Overlay;
import dev.cloister.image.rootfs.RootfsSource;
import dev.cloister.image.rootfs.Warnings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "build",
        description = "Build an image. The same inputs give the same file on any machine.",
        sortOptions = false)
final class BuildCommand extends Task {
    private static final String VERSION = "0.1.0";

    @Option(names = "--blobs", paramLabel = "DIR", description = "Kernel, cmdline, init and nsm.ko [${DEFAULT-VALUE}].")
    Path blobs = Blobs.DEFAULT_FOLDER;

    @Option(
            names = "--rootfs",
            paramLabel = "DIR|FILE",
            required = true,
            description = "The root filesystem: a directory, a tar archive (plain, gzip, zstd), an OCI layout or "
                    + "archive, or what 'docker save' writes.")
    Path rootfs = Path.of("");

    @Option(
            names = "--overlay",
            paramLabel = "PATH=SOURCE",
            description = "Put a file or directory of this machine at PATH in the image; repeatable.")
    Map<String, Path> overlays = new LinkedHashMap<>();

    @Option(
            names = "--server",
            paramLabel = "DIR",
            description = "Add the enclave server: a folder with runtime/, a Java runtime, and lib/, its jars.")
    @Nullable
    Path server;

    @Option(names = "--enclave-config", paramLabel = "FILE", description = "The enclave server's configuration.")
    @Nullable
    Path enclaveConfig;

    @Option(
            names = "--kms-roots",
            paramLabel = "PEM",
            description =
                    "Certificate authorities that the enclave server trusts to be KMS; with --enclave-config, its "
                            + "kms.roots must name /etc/cloister/kms-roots.pem.")
    @Nullable
    Path kmsRoots;

    @Option(
            names = "--cmd",
            paramLabel = "ARG",
            description = "The program to start and its arguments, one per --cmd; write --cmd=-x for one with a dash "
                    + "[the enclave server, else the container image's ENTRYPOINT and CMD].")
    List<String> command = new ArrayList<>();

    @Option(
            names = "--user",
            paramLabel = "USER[:GROUP]",
            description = "Whom the program runs as [the container image's USER, else root].")
    @Nullable
    String user;

    @Option(
            names = "--workdir",
            paramLabel = "PATH",
            description = "The directory it starts in [the container image's WORKDIR, else /].")
    @Nullable
    String directory;

    @Option(
            names = "--env",
            paramLabel = "NAME=VALUE",
            description = "A variable of the program's environment; repeatable.")
    Map<String, String> environment = new HashMap<>();

    @Option(names = "--name", paramLabel = "NAME", description = "The image's name [${DEFAULT-VALUE}].")
    String name = "enclave";

    @Option(names = "--image-version", paramLabel = "VERSION", description = "The image's version [${DEFAULT-VALUE}].")
    String version = "1.0";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description = "The image to write.")
    Path output = Path.of("");

    @Override
    void execute() throws CommandException, FormatException, IOException {
        Blobs boot = readBlobs();
        Path scratch = output.toAbsolutePath().resolveSibling("");
        try (RootfsSource source = Sources.open(rootfs, boot.architecture(), scratch)) {
            Identity identity = new Identity(name, version, buildTime(), VERSION);
            ImageBuilder builder = new ImageBuilder(boot, source, allOverlays(), launch(), identity);
            Warnings warnings = new Warnings();
            Built built = builder.build(output, warnings);
            warnings.lines().forEach(line -> System.err.println("cloister: warning: " + line));
            print(built);
        }
    }

    private Blobs readBlobs() throws CommandException, FormatException, IOException {
        if (!Files.isDirectory(blobs)) {
            throw failed(
                    "no blobs folder at " + blobs,
                    "install aws-nitro-enclaves-cli-devel, or name a folder with --blobs",
                    null);
        }
        return Blobs.of(blobs);
    }

    private List<Overlay> allOverlays() throws CommandException {
        List<Overlay> all = new ArrayList<>();
        if (server != null) {
            for (Path required : EnclaveLayer.requiredFiles()) {
                if (!Files.exists(server.resolve(required))) {
                    throw failed(
                            "no " + required + " in " + server,
                            "make the runtime with 'cloister image runtime', and put the server's jars into lib/",
                            null);
                }
            }
            all.addAll(EnclaveLayer.overlays(server));
        }
        if (enclaveConfig != null) {
            all.add(new Overlay.FromPath(EnclaveLayer.CONFIGURATION, enclaveConfig));
        }
        if (kmsRoots != null) {
            all.add(new Overlay.FromPath(EnclaveLayer.KMS_ROOTS, kmsRoots));
            if (enclaveConfig == null) {
                byte[] settings = EnclaveLayer.TRUST_KMS_ROOTS.getBytes(StandardCharsets.UTF_8);
                all.add(new Overlay.OfContent(EnclaveLayer.CONFIGURATION, Content.of(settings)));
            }
        }
        for (Map.Entry<String, Path> overlay : overlays.entrySet()) {
            all.add(new Overlay.FromPath(imagePath(overlay.getKey()), overlay.getValue()));
        }
        return all;
    }

    private static ImagePath imagePath(String path) throws CommandException {
        try {
            return ImagePath.of(path);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitStatus.USAGE, "--overlay: " + e.getMessage(), null, e);
        }
    }

    private LaunchRequest launch() {
        return new LaunchRequest(
                command, environment, Optional.ofNullable(user), Optional.ofNullable(directory), server != null);
    }

    /** The time that goes into the image, by the convention of reproducible builds; 1970 without one. */
    private static Instant buildTime() throws CommandException {
        String epoch = System.getenv("SOURCE_DATE_EPOCH");
        try {
            return Instant.ofEpochSecond(epoch == null || epoch.isBlank() ? 0 : Long.parseLong(epoch.strip()));
        } catch (NumberFormatException | DateTimeException e) {
            throw new CommandException(
                    ExitStatus.USAGE, "SOURCE_DATE_EPOCH is no number of seconds: '" + epoch + "'", null, e);
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
