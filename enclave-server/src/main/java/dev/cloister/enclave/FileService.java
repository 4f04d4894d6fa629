package dev.cloister.enclave;

import dev.cloister.enclave.sandbox.Placement;
import dev.cloister.enclave.sandbox.ResourceLimits;
import dev.cloister.enclave.sandbox.Sandbox;
import dev.cloister.enclave.sandbox.SandboxSpec;
import dev.cloister.enclave.sandbox.SandboxedProcess;
import dev.cloister.enclave.sandbox.SystemCallFilter;
import dev.cloister.protocol.channel.Address;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Starts the file service as a process of its own: unprivileged, in a mount namespace that holds the Java runtime, the
 * system's libraries and the synced folder. Decrypted packages and this process do not exist there.
 */
final class FileService {
    private static final String MAIN_CLASS = "dev.cloister.enclave.files.FileServiceMain";
    /** Where it finds the synced folder. */
    private static final String ROOT = "/synced";
    /** Where it finds how many runs have ended. */
    private static final String RUNS_ENDED = "/runs-ended";

    private static final long SCRATCH_BYTES = 16L << 20;

    private FileService() {}

    /**
     * Starts it.
     *
     * @param synced the synced folder, which belongs to the sandbox's user
     * @param address where it listens
     * @param runsEnded file of a {@link dev.cloister.enclave.run.RunCount}
     * @param workFolder of root's own
     */
    static SandboxedProcess start(Sandbox sandbox, Path synced, Address address, Path runsEnded, Path workFolder)
            throws IOException {
        String classPath = System.getProperty("java.class.path");
        String javaHome = System.getProperty("java.home");
        List<Placement> placements = new ArrayList<>();
        // The Java runtime keeps its performance counters and unpacked native libraries there.
        placements.add(new Placement.Scratch("/tmp", SCRATCH_BYTES));
        for (Path folder : runtimeFolders(classPath, javaHome)) {
            placements.add(new Placement.ReadOnly(folder, folder.toString()));
        }
        placements.add(new Placement.ReadWrite(synced, ROOT));
        placements.add(new Placement.ReadOnly(runsEnded, RUNS_ENDED));
        if (address instanceof Address.Unix(Path socket)) {
            Path folder = folderOf(socket);
            placements.add(new Placement.ReadWrite(folder, folder.toString()));
        }
        List<String> command = List.of(
                javaHome + "/bin/java",
                "-Xmx32m",
                "-XX:MaxDirectMemorySize=176m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                MAIN_CLASS,
                ROOT,
                address.toString(),
                RUNS_ENDED);
        SandboxSpec spec = new SandboxSpec(
                placements,
                "/",
                Map.of("LC_ALL", "C.UTF-8"),
                command,
                SystemCallFilter.FILE_SERVICE,
                ResourceLimits.NONE);
        return sandbox.start(spec, workFolder, ProcessBuilder.Redirect.INHERIT);
    }

    /** The runtime, and the folders of the class path's jars: a jar may name others beside it. */
    private static Set<Path> runtimeFolders(String classPath, String javaHome) {
        Set<Path> folders = new LinkedHashSet<>();
        folders.add(Path.of(javaHome));
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            Path path = Path.of(entry).toAbsolutePath();
            folders.add(Files.isDirectory(path) ? path : folderOf(path));
        }
        return folders;
    }

    private static Path folderOf(Path file) {
        return Objects.requireNonNullElse(file.toAbsolutePath().getParent(), Path.of("/"));
    }
}
