package dev.cloister.enclave.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** The control groups of one sandbox: one folder in version 2, one for each controller in version 1, perhaps none. */
final class ControlGroup implements AutoCloseable {
    private static final String MEMBERS = "cgroup.procs";
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(1);

    private final List<Path> folders;

    ControlGroup(List<Path> folders) {
        this.folders = List.copyOf(folders);
    }

    /** Where a process writes its id to join, separated by spaces. */
    String membershipFiles() {
        return folders.stream()
                .map(folder -> folder.resolve(MEMBERS).toString())
                .collect(Collectors.joining(" "));
    }

    /** Kills who is still in the groups, and removes them, which the kernel allows once their last process is gone. */
    @Override
    public void close() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (Path folder : folders) {
            while (!remove(folder) && System.nanoTime() < deadline) {
                killMembers(folder);
                try {
                    Thread.sleep(PAUSE);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private static void killMembers(Path folder) {
        try {
            Files.readAllLines(folder.resolve(MEMBERS))
                    .forEach(id -> ProcessHandle.of(Long.parseLong(id)).ifPresent(ProcessHandle::destroyForcibly));
        } catch (IOException gone) {
            // The next attempt to remove the group tells.
        }
    }

    private static boolean remove(Path folder) {
        try {
            boolean _ = Files.deleteIfExists(folder);
            return true;
        } catch (IOException stillPopulated) {
            return false;
        }
    }
}
