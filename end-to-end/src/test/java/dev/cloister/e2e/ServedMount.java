package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloister.enclave.files.FileServiceMain;
import dev.cloister.host.HostMain;
import dev.cloister.local.enclave.Folders;
import dev.cloister.local.stage.Commands.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The real file service, a process without privileges as in an enclave, over a folder in memory, and mounts of it that
 * {@code cloister sync} makes. Neither keys nor an image are needed.
 */
final class ServedMount implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Path MEMORY = Path.of("/dev/shm");

    private final Path work;
    private final Path root;
    private final List<Path> mounts = new ArrayList<>();
    private final boolean hasOwnFileSystem;
    private Process service;

    private ServedMount(Path work, boolean isSmall) throws Exception {
        this.work = work;
        this.root = Files.createDirectory(work.resolve("root"));
        if (isSmall) {
            assertThat(run(new ProcessBuilder(
                                    "mount", "-t", "tmpfs", "-o", "size=32m,nr_inodes=3000", "tmpfs", root.toString()))
                            .status())
                    .isZero();
        }
        this.hasOwnFileSystem = isSmall;
        this.service = startService();
    }

    /** Serves a fresh folder, in memory where this machine has it, and mounts it once. */
    static ServedMount open() throws Exception {
        return open(false);
    }

    /** The same with a file system of 32 MiB behind it, which only root can make. */
    static ServedMount openSmall() throws Exception {
        assumeTrue(isRoot(), "only root can mount a tmpfs");
        return open(true);
    }

    private static ServedMount open(boolean isSmall) throws Exception {
        Path parent = Files.isWritable(MEMORY) ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        ServedMount served = new ServedMount(Files.createTempDirectory(parent, "sm-"), isSmall);
        try {
            served.awaitService();
            Path _ = served.mount();
            return served;
        } catch (Exception | Error e) {
            served.close();
            throw e;
        }
    }

    /** The folder that is served, as an application in the enclave finds it. */
    Path root() {
        return root;
    }

    /** The first mount. */
    Path mountPoint() {
        return mounts.getFirst();
    }

    /** A file beside the mounts that is removed with them. */
    Path file(String name) {
        return work.resolve(name);
    }

    private Process startService() throws IOException {
        List<String> line = new ArrayList<>();
        if (isRoot()) {
            // Root without capabilities is what the enclave's user is: the owner of all files, and nothing more.
            line.addAll(List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all"));
        }
        line.addAll(java("-Xmx256m"));
        line.addAll(List.of(FileServiceMain.class.getName(), root.toString(), "unix:" + socket()));
        return new ProcessBuilder(line).inheritIO().start();
    }

    private static boolean isRoot() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }

    private static List<String> java(String option) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                option,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"));
    }

    private Path socket() {
        return work.resolve("enclave-5000.sock");
    }

    private void awaitService() throws InterruptedException {
        Faults.await("the file service listens", SOON, () -> Files.exists(socket()));
    }

    /** Mounts the folder once more. */
    Path mount() throws Exception {
        Path point = Files.createDirectory(work.resolve("mnt-" + mounts.size()));
        mounts.add(point);
        sync(point);
        return point;
    }

    /** Runs {@code cloister sync} on a folder, which must succeed. */
    void sync(Path point) throws Exception {
        List<String> line = new ArrayList<>(java("-Xmx64m"));
        line.addAll(List.of(HostMain.class.getName(), "sync", "-d", point.toString(), "--enclave", "unix:" + work));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("XDG_RUNTIME_DIR", work.toString());
        Outcome outcome = run(builder);
        assertThat(outcome.status()).as(outcome.err()).isZero();
    }

    /** The process that serves a mount. */
    ProcessHandle client(Path point) {
        return ProcessHandle.allProcesses()
                .filter(process -> Faults.commandLine(Path.of("/proc", Long.toString(process.pid())))
                        .containsAll(List.of("--detach", point.toString())))
                .findFirst()
                .orElseThrow();
    }

    Process service() {
        return service;
    }

    /** Starts the service anew over the same folder, after its end. */
    void restartService() throws Exception {
        assertThat(service.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        Files.deleteIfExists(socket());
        service = startService();
        awaitService();
    }

    /** Runs a program to its end; what it writes goes through files, so that nothing waits for its children. */
    Outcome run(ProcessBuilder builder) throws IOException, InterruptedException {
        Path out = Files.createTempFile(work, "out", ".txt");
        Path err = Files.createTempFile(work, "err", ".txt");
        int status = builder.redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        return new Outcome(status, Files.readString(out), Files.readString(err));
    }

    @Override
    public void close() throws Exception {
        try {
            for (Path point : mounts) {
                Outcome _ = run(new ProcessBuilder("fusermount", "-u", "-z", point.toString()));
                Faults.await("the mount's process has ended", SOON, () -> !Faults.isRunning(point.toString()));
            }
        } finally {
            service.destroyForcibly().waitFor();
            if (hasOwnFileSystem) {
                Outcome _ = run(new ProcessBuilder("umount", "-l", root.toString()));
            }
            Folders.delete(work);
        }
    }
}
