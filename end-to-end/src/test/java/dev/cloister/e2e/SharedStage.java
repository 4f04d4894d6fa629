package dev.cloister.e2e;

import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.enclave.Folders;
import dev.cloister.local.enclave.LocalEnclave;
import dev.cloister.local.stage.Cleanup;
import dev.cloister.local.stage.HostSide;
import dev.cloister.local.stage.Onboarding;
import dev.cloister.local.stage.ThirdParty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Both parties with a real image, a running enclave, a proxy and a mount, set up once for all tests of this module by
 * the commands that users type. Tests take it as a parameter.
 */
final class SharedStage implements AutoCloseable {
    private final Path work;
    private final Cleanup cleanup = new Cleanup(System.err);
    private final LocalCloud cloud;
    private final ThirdParty thirdParty;
    private final Path image;
    private final HostSide host;
    private final LocalEnclave enclave;
    private final AtomicInteger counter = new AtomicInteger();

    private SharedStage() throws Exception {
        // Unix sockets lie below, and their paths must be short.
        work = Files.createTempDirectory("e2e-");
        cleanup.add("remove " + work, () -> Folders.delete(work));
        // Should the JVM be stopped in the middle, no mount and no process stays behind either.
        Runtime.getRuntime().addShutdownHook(new Thread(cleanup::close));
        try {
            cloud = LocalCloud.start(work.resolve("cloud"), LocalCloudOptions.inRegion("eu-west-1"));
            cleanup.add("stop the local cloud", cloud::close);
            Onboarding.deploy(home(), cloud);
            thirdParty = new ThirdParty(home(), cloud);
            image = work.resolve("image.eif");
            thirdParty.buildImage(image, "synced_mib: 256, package_mib: 64");
            thirdParty.pin(image, HostSide.PARENT.roleArn());
            host = newHost("h");
            enclave = host.start(image);
            host.proxy();
            host.sync();
        } catch (Exception e) {
            cleanup.close();
            throw e;
        }
    }

    /** The repository: the folder above this module's. */
    static Path home() {
        return Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
    }

    LocalCloud cloud() {
        return cloud;
    }

    ThirdParty thirdParty() {
        return thirdParty;
    }

    /** The image that the key is pinned to. */
    Path image() {
        return image;
    }

    /** The host, whose enclave runs that image. */
    HostSide host() {
        return host;
    }

    LocalEnclave enclave() {
        return enclave;
    }

    /** A further host with nothing started; its folder is removed with the stage. */
    HostSide newHost(String name) throws IOException {
        return newHost(name, cloud);
    }

    /** The same in another cloud. */
    HostSide newHost(String name, LocalCloud in) throws IOException {
        return new HostSide(home(), Files.createDirectory(work.resolve(name)), in, cleanup);
    }

    /**
     * A second cloud with the same keys, policies and authorities, and credentials of its own; closed with the stage.
     *
     * @param lifetime of its credentials
     */
    LocalCloud newCloud(String name, Duration lifetime) throws IOException {
        Path state = work.resolve(name);
        Files.createDirectory(state);
        for (String copied : List.of("attestation-root.pem", "tls", "kms")) {
            copy(work.resolve("cloud").resolve(copied), state.resolve(copied));
        }
        LocalCloudOptions alike = LocalCloudOptions.inRegion(cloud.endpoints().region());
        LocalCloud second =
                LocalCloud.start(state, new LocalCloudOptions(alike.accounts(), alike.regions(), 0, 0, lifetime));
        cleanup.add("stop the cloud " + name, second::close);
        return second;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /** A fresh folder that is removed with the stage. */
    Path newFolder(String prefix) throws IOException {
        return Files.createTempDirectory(work, prefix);
    }

    /**
     * Seals an application and puts it where the enclave takes packages from.
     *
     * @param name of the package
     * @param files path in the application to content
     */
    void install(String name, Map<String, String> files) throws Exception {
        install(host, name, files);
    }

    void install(HostSide where, String name, Map<String, String> files) throws Exception {
        Path sealed = seal(files);
        Files.copy(sealed, where.packages().resolve(name));
    }

    /** Seals an application of small text files. */
    Path seal(Map<String, String> files) throws Exception {
        Path application = newFolder("app-");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = application.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        Path sealed = application.resolveSibling(application.getFileName() + ".cloister");
        thirdParty.encrypt(application, sealed);
        return sealed;
    }

    /** A fresh folder at the top of the synced folder, by its name and a number. */
    Path newMountFolder(String name) throws IOException {
        return Files.createDirectory(host.mount().resolve(name + "-" + counter.incrementAndGet()));
    }

    @Override
    public void close() {
        cleanup.close();
        if (!cleanup.isComplete()) {
            throw new IllegalStateException("the stage could not be cleaned up");
        }
    }

    /** Hands the stage to tests, and closes it after the last of them. */
    static final class Extension implements ParameterResolver {
        private static final Namespace NAMESPACE = Namespace.create(SharedStage.class);

        /** The one attempt to set it up; a failed one is not repeated for each test. */
        private static final class Attempt implements AutoCloseable {
            private @Nullable SharedStage stage;
            private @Nullable Exception failure;

            Attempt() {
                try {
                    stage = new SharedStage();
                } catch (Exception e) {
                    failure = e;
                }
            }

            SharedStage stage() {
                if (stage == null) {
                    throw new IllegalStateException("the stage could not be set up", failure);
                }
                return stage;
            }

            @Override
            public void close() {
                if (stage != null) {
                    stage.close();
                }
            }
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == SharedStage.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return Objects.requireNonNull(context.getRoot()
                            .getStore(NAMESPACE)
                            .computeIfAbsent(Attempt.class, key -> new Attempt(), Attempt.class))
                    .stage();
        }
    }
}
