package dev.cloister.host.mount;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.protocol.libc.Libc;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A folder on which the synced folder is mounted. */
public final class MountPoint {
    private static final Path DEVICE = Path.of("/dev/fuse");
    private static final int ENOTCONN = 107;
    private static final long PROBE_SECONDS = 15;

    private final Path path;

    private MountPoint(Path path) {
        this.path = path;
    }

    /**
     * Checks that a folder can be mounted on. What a killed client left mounted there is taken away first.
     *
     * @throws CommandException with status 14, naming what is wrong
     */
    public static MountPoint prepare(Path folder) throws CommandException {
        MountPoint point = new MountPoint(absolute(folder));
        point.cleanUpOrRefuse();
        point.checkFolder();
        if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
            throw failed(
                    Files.exists(DEVICE) ? DEVICE + " may not be used by this user" : DEVICE + " is missing",
                    "load the kernel's fuse module ('modprobe fuse'), and check who may use " + DEVICE);
        }
        return point;
    }

    /** The folder's real path; of the folder itself only the name is looked at, because a dead mount answers nothing. */
    private static Path absolute(Path folder) throws CommandException {
        Path absolute = folder.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (parent == null) {
            return absolute;
        }
        try {
            return Files.isSymbolicLink(absolute)
                    ? absolute.toRealPath()
                    : parent.toRealPath().resolve(absolute.getFileName());
        } catch (IOException e) {
            throw missing(absolute);
        }
    }

    private void cleanUpOrRefuse() throws CommandException {
        Optional<MountTable.Mount> mounted = mounted();
        while (mounted.isPresent()) {
            if (!mounted.get().isOurs()) {
                throw failed(
                        path + " is already the mount point of a file system of type "
                                + mounted.get().type(),
                        "choose another folder");
            }
            if (!isAbandoned()) {
                throw failed(path + " is already mounted", "to end that mount: fusermount -u " + path);
            }
            unmount();
            mounted = mounted();
        }
    }

    private Optional<MountTable.Mount> mounted() throws CommandException {
        try {
            return MountTable.current().at(path);
        } catch (IOException e) {
            throw failed("the mounts of this machine cannot be read: " + e.getMessage(), null);
        }
    }

    /** Whether the client that served the mount is gone; one that lost its enclave still answers, with EIO. */
    private boolean isAbandoned() {
        try {
            Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return false;
        } catch (FileSystemException e) {
            return Libc.describe(ENOTCONN).equalsIgnoreCase(e.getReason());
        } catch (IOException e) {
            return false;
        }
    }

    private void checkFolder() throws CommandException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            if (entries.iterator().hasNext()) {
                throw failed(path + " is not empty", "mount on an empty folder, so that nothing gets hidden");
            }
        } catch (NotDirectoryException e) {
            throw failed(path + " is not a folder", "choose an empty folder");
        } catch (IOException e) {
            if (Files.notExists(path)) {
                throw missing(path);
            }
            throw failed(path + " cannot be read: " + e.getMessage(), "choose an empty folder of your own");
        }
    }

    /**
     * Takes the mount away, even when files in it are open.
     *
     * @throws CommandException with status 14 when that fails
     */
    void unmount() throws CommandException {
        try {
            Process process = new ProcessBuilder("fusermount", "-u", "-z", path.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0) {
                return;
            }
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException notInstalled) {
            throw failed("fusermount cannot be run", "install the package fuse or fuse3");
        }
        throw failed("the mount on " + path + " cannot be taken away", "try: fusermount -u -z " + path);
    }

    /**
     * Asks the mount itself whether it answers.
     *
     * @throws CommandException with status 14 when it does not, or fails
     */
    void probe() throws CommandException {
        FutureTask<BasicFileAttributes> answer = new FutureTask<>(
                () -> Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        Thread.ofPlatform().daemon().name("probe").start(answer);
        try {
            answer.get(PROBE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw failed("the mount on " + path + " does not work: " + e.getCause(), "is the enclave running?");
        } catch (TimeoutException e) {
            throw failed("the mount on " + path + " does not answer", "is the enclave running?");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted", null);
        }
    }

    public Path path() {
        return path;
    }

    private static CommandException missing(Path path) {
        return failed(path + " does not exist", "make it: mkdir -p " + path);
    }

    static CommandException failed(String message, @Nullable String hint) {
        return new CommandException(ExitStatus.MOUNT_FAILED, message, hint);
    }
}
