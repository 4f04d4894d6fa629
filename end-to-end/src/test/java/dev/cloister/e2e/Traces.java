package dev.cloister.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cloister.local.enclave.LocalEnclave;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Looks for plaintext inside a local enclave, as root on this machine can; no hypervisor stands before it here. */
final class Traces {
    /** The server's and the temporary folders, all of them in memory. */
    static final List<String> MEMORY = List.of("run", "tmp", "dev/shm");

    private Traces() {}

    /** The root filesystem that the enclave's server sees. */
    static Path enclaveRoot(LocalEnclave enclave) {
        try (Stream<ProcessHandle> inside = inside(enclave)) {
            return rootOf(inside.findFirst().orElseThrow());
        }
    }

    /** The root filesystem that the process sees which serves files. */
    static Path fileServiceRoot(LocalEnclave enclave) {
        try (Stream<ProcessHandle> inside = inside(enclave)) {
            return rootOf(inside.filter(Traces::servesFiles).findFirst().orElseThrow());
        }
    }

    /** Files below the folders of a root filesystem that hold the secret in the clear. */
    static List<Path> of(String secret, Path root, List<String> folders) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String folder : folders) {
            Files.walkFileTree(root.resolve(folder), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    // A mount of the kernel's own, in which files have no end.
                    return directory.equals(root.resolve("proc")) || directory.endsWith("run/cloister/proc")
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile() && holds(secret, file)) {
                        found.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException gone) {
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        return found;
    }

    private static boolean holds(String secret, Path file) {
        try {
            return new String(Files.readAllBytes(file), UTF_8).contains(secret);
        } catch (IOException gone) {
            return false;
        }
    }

    private static Stream<ProcessHandle> inside(LocalEnclave enclave) {
        return ProcessHandle.of(enclave.pid()).orElseThrow().descendants();
    }

    /** The Java process itself, not the sandbox's that were given the same words. */
    private static boolean servesFiles(ProcessHandle process) {
        List<String> words = Faults.commandLine(Path.of("/proc/" + process.pid()));
        return words.getFirst().endsWith("/bin/java") && words.contains("dev.cloister.enclave.files.FileServiceMain");
    }

    private static Path rootOf(ProcessHandle process) {
        return Path.of("/proc/" + process.pid() + "/root");
    }
}
