package dev.cloister.local.stage;

import dev.cloister.local.LocalCloud;
import dev.cloister.local.account.Account;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The owner of the application: encrypts it, builds an image, pins its key to that image. */
public final class ThirdParty {
    /** The key's alias. */
    public static final String KEY = "alias/enclavekey";

    private final Commands commands;
    private final Artifacts artifacts;
    private final Path kmsRoots;
    private final String region;

    /**
     * A third party that has a key and nothing else.
     *
     * @param home folder of the cloister command
     */
    public ThirdParty(Path home, LocalCloud cloud) throws IOException {
        this.commands = new Commands(home, cloud.environment(Account.thirdParty()));
        this.artifacts = new Artifacts(home, commands);
        this.kmsRoots = cloud.endpoints().certificateAuthority();
        this.region = cloud.endpoints().region();
    }

    /** Seals a directory into a package; more options as {@code cloister encrypt} takes them. */
    public void encrypt(Path application, Path sealed, String... options) throws IOException, StageException {
        List<String> arguments =
                new ArrayList<>(List.of("encrypt", "-d", application.toString(), "-k", KEY, "-o", sealed.toString()));
        arguments.addAll(List.of(options));
        commands.cloister(arguments.toArray(String[]::new));
    }

    /**
     * Builds an image of the examples' userland and the enclave server, which trusts the local cloud's authority.
     *
     * @param limits what the enclave takes on, in the form of the enclave server's settings, such as {@code runs: 8}
     */
    public void buildImage(Path image, String limits) throws IOException, StageException {
        Path settings = image.resolveSibling(image.getFileName() + ".yaml");
        Files.writeString(settings, settings(limits));
        List<String> arguments = new ArrayList<>(List.of("image", "build", "-o", image.toString()));
        arguments.addAll(List.of("--blobs", artifacts.blobs().toString()));
        arguments.addAll(List.of("--rootfs", artifacts.userland().toString()));
        arguments.addAll(List.of("--server", artifacts.server().toString()));
        arguments.addAll(List.of("--enclave-config", settings.toString()));
        arguments.addAll(List.of("--kms-roots", kmsRoots.toString()));
        commands.cloister(arguments.toArray(String[]::new));
    }

    private String settings(String limits) {
        return "kms: {roots: /etc/cloister/kms-roots.pem, region: " + region + "}\nlimits: {" + limits + "}\n";
    }

    /**
     * Lays out what a repository holds for the image pipeline: the same userland, kernel and settings.
     *
     * @param folder the repository's {@code image}, made here
     */
    public void imageSources(Path folder, String limits) throws IOException, StageException {
        Files.createDirectories(folder.resolve("blobs"));
        Files.copy(artifacts.userland(), folder.resolve("rootfs.tar"));
        try (Stream<Path> blobs = Files.list(artifacts.blobs())) {
            for (Path blob : (Iterable<Path>) blobs::iterator) {
                Files.copy(blob, folder.resolve("blobs").resolve(blob.getFileName()));
            }
        }
        Files.copy(kmsRoots, folder.resolve("kms-roots.pem"));
        Files.writeString(folder.resolve("enclave.yaml"), settings(limits));
    }

    /**
     * Builds an image without an enclave server.
     *
     * @param rootfs all that is in it
     * @param program what the image's init starts
     */
    public void buildImage(Path image, Path rootfs, String program) throws IOException, StageException {
        List<String> arguments = new ArrayList<>(List.of("image", "build", "-o", image.toString()));
        arguments.addAll(List.of("--blobs", artifacts.blobs().toString()));
        arguments.addAll(List.of("--rootfs", rootfs.toString(), "--cmd", program));
        commands.cloister(arguments.toArray(String[]::new));
    }

    /** Lets a role decrypt from inside an image. */
    public void pin(Path image, String role) throws IOException, StageException {
        commands.cloister("key", "pin", "-k", KEY, "--image", image.toString(), "--for", role);
    }

    /** Takes that back. */
    public void unpin(Path image) throws IOException, StageException {
        commands.cloister("key", "unpin", "-k", KEY, "--image", image.toString());
    }
}
