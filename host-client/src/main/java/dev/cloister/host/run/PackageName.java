package dev.cloister.host.run;

import dev.cloister.host.mount.MountTable;
import java.nio.file.Path;
import java.util.Optional;

/** The name by which the enclave knows a package. */
final class PackageName {
    private static final String FOLDER = "encrypted";

    private PackageName() {}

    /**
     * Takes what the user wrote: a name in the synced folder's {@code encrypted} folder, the same with that folder
     * before it, or the file's path below a mount point. The enclave checks the name.
     *
     * @param text as written
     * @param mounts the mounts of this machine
     */
    static String of(String text, MountTable mounts) {
        if (text.startsWith(FOLDER + "/")) {
            return text.substring(FOLDER.length() + 1);
        }
        if (!text.contains("/")) {
            return text;
        }
        Path path = Path.of(text).toAbsolutePath().normalize();
        Optional<Path> mountPoint = mounts.mountPointAbove(path);
        return mountPoint
                .map(point -> point.resolve(FOLDER))
                .filter(path::startsWith)
                .map(folder -> folder.relativize(path).toString())
                .orElse(text);
    }
}
