package dev.cloister.enclave;

import dev.cloister.enclave.kernel.Mounts;
import dev.cloister.enclave.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The server's folders below one that is root's.
 *
 * @param synced what the parent sees and applications are given of; memory-backed
 * @param runs storage of runs, each with a mount of its own
 * @param work files that starting a sandbox needs
 * @param runsEnded file of a {@link dev.cloister.enclave.run.RunCount}, which the file service's user must be able to
 *     reach; not yet made
 */
record Folders(Path synced, Path runs, Path work, Path runsEnded) {
    /**
     * Makes them.
     *
     * @param root normally {@code /run/cloister}
     * @param syncedBytes most the synced folder holds
     */
    static Folders make(Path root, long syncedBytes) throws IOException {
        make(root, "rwx--x--x");
        Folders folders = new Folders(
                root.resolve("synced"), root.resolve("runs"), root.resolve("work"), root.resolve("runs-ended"));
        make(folders.runs, "rwx--x--x");
        make(folders.work, "rwx------");
        make(folders.synced, "rwxr-xr-x");
        Mounts.tmpfs(folders.synced, syncedBytes, "0755");
        Files.setAttribute(folders.synced, "unix:uid", Sandbox.USER);
        Files.setAttribute(folders.synced, "unix:gid", Sandbox.USER);

        // A sandbox may mount its own /proc only where one without covered parts is in sight, and in a local enclave
        // the outer sandbox has covered parts of ours. Nobody but root gets to this one.
        Path proc = root.resolve("proc");
        make(proc, "rwx------");
        Mounts.proc(proc);
        return folders;
    }

    private static void make(Path folder, String mode) throws IOException {
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
    }
}
