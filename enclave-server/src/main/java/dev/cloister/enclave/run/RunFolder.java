package dev.cloister.enclave.run;

import dev.cloister.enclave.kernel.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * Memory-backed storage of one run, mounted for it alone. Closing takes the mount away with all that is in it; its
 * memory is free once the last process that uses it is gone.
 */
final class RunFolder implements AutoCloseable {
    private static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final Set<PosixFilePermission> PASSABLE = PosixFilePermissions.fromString("rwx--x--x");
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private final Path root;
    private int paths;

    private RunFolder(Path root) {
        this.root = root;
    }

    /**
     * Makes one.
     *
     * @param parent root's own folder for all runs
     * @param bytes most it holds
     */
    static RunFolder create(Path parent, SecureRandom random, long bytes) throws IOException {
        byte[] name = new byte[16];
        random.nextBytes(name);
        Path root = Files.createDirectory(parent.resolve(HexFormat.of().formatHex(name)));
        try {
            Mounts.tmpfs(root, bytes, "0711");
        } catch (IOException e) {
            Files.delete(root);
            throw e;
        }
        RunFolder folder = new RunFolder(root);
        try {
            make(folder.packageFolder(), READABLE);
            make(root.resolve("paths"), PASSABLE);
            make(folder.scratch(), PRIVATE);
            return folder;
        } catch (IOException e) {
            folder.close();
            throw e;
        }
    }

    /** Where the package is unpacked; root's, readable by all who can reach it. */
    Path packageFolder() {
        return root.resolve("package");
    }

    /** Root's own. */
    Path scratch() {
        return root.resolve("scratch");
    }

    /** Makes data of the synced folder appear here, for the sandbox to take it from. */
    Path bind(PinnedPath data) throws IOException {
        Path target = root.resolve("paths").resolve(Integer.toString(paths++));
        if (data.handle().isDirectory()) {
            make(target, READABLE);
        } else {
            Files.createFile(target);
        }
        Mounts.bindData(data.handle(), target);
        return target;
    }

    @Override
    public void close() throws IOException {
        Mounts.detach(root);
        Files.delete(root);
    }

    /** Says the mode again after making: what making gives is subject to the umask. */
    private static void make(Path folder, Set<PosixFilePermission> mode) throws IOException {
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, mode);
    }
}
