package dev.cloister.host.daemon;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Where daemons of one user keep their process ids and logs, readable by that user alone. */
public final class StateFolder {
    private final Path folder;

    private StateFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * The first that can be used of {@code $XDG_RUNTIME_DIR/cloister}, {@code /run/cloister} and {@code ~/.cloister}.
     *
     * @throws CommandException when none of them can be written
     */
    public static StateFolder open(Map<String, String> environment) throws CommandException {
        List<Path> candidates = new ArrayList<>();
        String runtime = environment.get("XDG_RUNTIME_DIR");
        if (runtime != null && !runtime.isBlank()) {
            candidates.add(Path.of(runtime, "cloister"));
        }
        candidates.add(Path.of("/run/cloister"));
        candidates.add(Path.of(System.getProperty("user.home"), ".cloister"));
        for (Path candidate : candidates) {
            if (makeUsable(candidate)) {
                return new StateFolder(candidate);
            }
        }
        throw new CommandException(
                ExitStatus.FAILED,
                "no folder for logs and process ids can be written: " + candidates,
                "set XDG_RUNTIME_DIR to a folder of your own");
    }

    private static boolean makeUsable(Path folder) {
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return Files.isWritable(folder);
        } catch (IOException unusable) {
            return false;
        }
    }

    /**
     * The log of a daemon.
     *
     * @param name of the daemon, any text
     */
    public Path log(String name) {
        return folder.resolve(fileName(name) + ".log");
    }

    /** The process id of a daemon. */
    public PidFile pid(String name) {
        return new PidFile(folder.resolve(fileName(name) + ".pid"));
    }

    /** A readable file name; the hash keeps two names apart that differ only in what is left out. */
    private static String fileName(String name) {
        String readable = name.replaceAll("[^A-Za-z0-9.-]+", "_");
        String end = readable.length() > 60 ? readable.substring(readable.length() - 60) : readable;
        return end + "-" + Integer.toHexString(name.hashCode());
    }
}
