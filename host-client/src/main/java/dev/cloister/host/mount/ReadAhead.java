package dev.cloister.host.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How far the kernel reads ahead in the files of a mount: 128 KiB unless root says otherwise. More keeps the enclave
 * busy while the kernel copies. An ordinary user goes without it.
 */
final class ReadAhead {
    private static final int KIBIBYTES = 2 << 10;

    private ReadAhead() {}

    /** Raises it where this user may. */
    static void raise(Path mountPoint) {
        try {
            long device = (long) Files.getAttribute(mountPoint, "unix:dev");
            // As glibc's gnu_dev_major and gnu_dev_minor; file systems without a device have major 0.
            long major = (device >>> 8) & 0xfff;
            long minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
            Path setting = Path.of("/sys/class/bdi", major + ":" + minor, "read_ahead_kb");
            if (Files.isWritable(setting)) {
                Files.writeString(setting, Integer.toString(KIBIBYTES));
            }
        } catch (IOException withoutIt) {
            // Slower, and nothing worse.
        }
    }
}
