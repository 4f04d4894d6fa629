package dev.cloister.image.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.image.build.Blobs;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.manifest.ManifestException;
import dev.cloister.image.manifest.Recipe;
import dev.cloister.image.manifest.RecipeReader;
import dev.cloister.image.manifest.ServerPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What an image is made from, said on the command line. */
final class RecipeOptions {
    @Option(names = "--blobs", paramLabel = "DIR", description = "Kernel, cmdline, init and nsm.ko [${DEFAULT-VALUE}].")
    Path blobs = Blobs.DEFAULT_FOLDER;

    @Option(
            names = "--rootfs",
            paramLabel = "DIR|FILE",
            description = "The root filesystem: a directory, a tar archive (plain, gzip, zstd), an OCI layout or "
                    + "archive, or what 'docker save' writes.")
    @Nullable
    Path rootfs;

    @Option(
            names = "--overlay",
            paramLabel = "PATH=SOURCE",
            description = "Put a file or directory of this machine at PATH in the image; repeatable.")
    Map<String, Path> overlays = new LinkedHashMap<>();

    @Option(
            names = "--mode",
            paramLabel = "PATH=OCTAL",
            description = "Permissions of a file of the image, such as opt/app/run=0755; repeatable.")
    Map<String, String> modes = new LinkedHashMap<>();

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

    /**
     * All of it.
     *
     * @param epoch the build time
     */
    Recipe recipe(long epoch) throws CommandException {
        if (rootfs == null) {
            throw usage("neither --manifest nor --rootfs", null);
        }
        List<Recipe.Layer> layers = new ArrayList<>();
        overlays.forEach((path, from) -> layers.add(new Recipe.Layer(path, from)));
        for (String path : overlays.keySet()) {
            try {
                ImagePath.of(path);
            } catch (IllegalArgumentException e) {
                throw usage("--overlay: " + e.getMessage(), e);
            }
        }
        return new Recipe(
                name,
                version,
                epoch,
                blobs,
                rootfs,
                Optional.ofNullable(server),
                Optional.ofNullable(enclaveConfig).map(ServerPolicy.FromFile::new),
                Optional.ofNullable(kmsRoots),
                layers,
                octalModes(),
                new Recipe.Start(command, environment, Optional.ofNullable(user), Optional.ofNullable(directory)));
    }

    private Map<String, Integer> octalModes() throws CommandException {
        Map<String, Integer> octal = new LinkedHashMap<>();
        for (Map.Entry<String, String> mode : modes.entrySet()) {
            try {
                octal.put(mode.getKey(), RecipeReader.mode(mode.getValue()));
            } catch (ManifestException e) {
                throw usage("--mode: " + e.getMessage(), e);
            }
        }
        return octal;
    }

    private static CommandException usage(String message, @Nullable Exception cause) {
        return new CommandException(ExitStatus.USAGE, message, "see 'cloister image build --help'", cause);
    }
}
