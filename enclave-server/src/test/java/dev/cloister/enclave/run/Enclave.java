package dev.cloister.enclave.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.enclave.config.LogPolicy;
import dev.cloister.enclave.console.Console;
import dev.cloister.enclave.kernel.Mounts;
import dev.cloister.enclave.kernel.SharedNumber;
import dev.cloister.enclave.kms.DataKeys;
import dev.cloister.enclave.sandbox.ControlGroups;
import dev.cloister.enclave.sandbox.Sandbox;
import dev.cloister.enclave.sandbox.SystemFolders;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** The run service on this machine, with real sandboxes, real mounts and the system's own folders as userland. */
final class Enclave implements AutoCloseable {
    private final Path root;
    private final RunService service;
    private final Thread server;
    private final ByteArrayOutputStream console = new ByteArrayOutputStream();

    /** What a test may want otherwise. */
    record Options(
            int maxRuns,
            long packageBytes,
            RunService.Timeouts timeouts,
            DataKeys keys,
            ControlGroups groups,
            Path system,
            LogPolicy logs) {
        static final Options DEFAULT = new Options(
                4,
                64 << 20,
                new RunService.Timeouts(Duration.ofSeconds(2), Duration.ofSeconds(2)),
                TestPackages.keys(),
                ControlGroups.detect(Path.of("/sys/fs/cgroup")),
                Path.of("/"),
                LogPolicy.ALL);

        Options maxRuns(int runs) {
            return new Options(runs, packageBytes, timeouts, keys, groups, system, logs);
        }

        Options packageBytes(long bytes) {
            return new Options(maxRuns, bytes, timeouts, keys, groups, system, logs);
        }

        Options keys(DataKeys other) {
            return new Options(maxRuns, packageBytes, timeouts, other, groups, system, logs);
        }

        Options logs(LogPolicy other) {
            return new Options(maxRuns, packageBytes, timeouts, keys, groups, system, other);
        }

        Options groups(ControlGroups other) {
            return new Options(maxRuns, packageBytes, timeouts, keys, other, system, logs);
        }
    }

    private Enclave(Options options) throws IOException {
        root = Files.createTempDirectory("enclave");
        makeFolder(root, "rwx--x--x");
        for (String name : List.of("runs", "work", "sockets")) {
            makeFolder(root.resolve(name), "rwx--x--x");
        }
        makeFolder(synced(), "rwxr-xr-x");
        Mounts.tmpfs(synced(), 256 << 20, "0755");
        own(synced());
        makeFolder(synced("encrypted"), "rwxr-xr-x");
        Sandbox sandbox = new Sandbox(SystemFolders.of(options.system), options.groups, root.resolve("work"));
        Console out = new Console(new PrintStream(console, true, StandardCharsets.UTF_8));
        Runner runner = new Runner(
                new Runner.Settings(
                        synced(),
                        runs(),
                        options.system,
                        options.packageBytes,
                        16 << 20,
                        Optional.of("eu-central-1"),
                        options.logs),
                options.keys,
                sandbox,
                new SecureRandom(),
                out,
                new RunCount(SharedNumber.create(root.resolve("runs-ended"))));
        service = new RunService(Channels.listen(address()), runner, options.maxRuns, options.timeouts, out);
        server = Thread.ofPlatform().daemon().start(() -> {
            try {
                service.serve();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    static Enclave start() throws IOException {
        return start(Options.DEFAULT);
    }

    static Enclave start(Options options) throws IOException {
        Assumptions.assumeTrue(
                System.getProperty("user.name", "").equals("root"), "sandboxes and mounts need to be made by root");
        return new Enclave(options);
    }

    Address address() {
        return new Address.Unix(root.resolve("sockets/run.sock"));
    }

    Path synced() {
        return root.resolve("synced");
    }

    Path synced(String name) {
        return synced().resolve(name);
    }

    Path runs() {
        return root.resolve("runs");
    }

    String console() {
        return console.toString(StandardCharsets.UTF_8);
    }

    /** Makes a folder of the synced folder, as the file service would. */
    Path folder(String name) throws IOException {
        Path folder = synced(name);
        Files.createDirectories(folder);
        own(folder);
        return folder;
    }

    /** Makes a file of the synced folder, as the file service would. */
    Path file(String name, String content) throws IOException {
        Path file = synced(name);
        Files.writeString(file, content);
        own(file);
        return file;
    }

    /** Seals a package of these files, by name, into the synced folder. */
    void addPackage(String name, Map<String, String> files) throws IOException {
        Path source = Files.createTempDirectory(root, "source");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = source.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            if (file.getValue().startsWith("-> ")) {
                Files.createSymbolicLink(path, Path.of(file.getValue().substring(3)));
            } else {
                Files.writeString(path, file.getValue());
            }
        }
        TestPackages.seal(source, synced("encrypted").resolve(name));
        deleteTree(source);
    }

    /** Seals a package of one Python file, which is not declared in any cloister.yaml. */
    void addScript(String name, String python) throws IOException {
        addPackage(name, Map.of("main.py", python));
    }

    /** Runs {@code main.py} of a package to its end. */
    RunClient.Result run(String name, String... arguments) throws IOException {
        return RunClient.run(address(), name, "main.py", List.of(arguments));
    }

    RunClient.Result runEntrypoint(String name, String entrypoint, String... arguments) throws IOException {
        return RunClient.run(address(), name, entrypoint, List.of(arguments));
    }

    /** Checks that nothing is left of any run: no folder, no mount, no process. */
    void assertNothingLeft() throws IOException {
        try (Stream<Path> left = Files.list(runs())) {
            assertThat(left).isEmpty();
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(runs().toString());
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    @Override
    public void close() throws IOException {
        service.close();
        try {
            server.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Mounts.detach(synced());
        deleteTree(root);
    }

    private static void makeFolder(Path folder, String mode) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder);
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
    }

    private static void own(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", Sandbox.USER);
        Files.setAttribute(path, "unix:gid", Sandbox.USER);
    }

    private static void deleteTree(Path top) throws IOException {
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
