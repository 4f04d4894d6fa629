package dev.cloister.host.mount;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The mounts that this process sees. */
public final class MountTable {
    /** The file system type of the synced folder's mounts. */
    static final String OUR_TYPE = "fuse.cloister";

    private static final Path MOUNT_INFO = Path.of("/proc/self/mountinfo");

    private final List<Mount> mounts;

    private MountTable(List<Mount> mounts) {
        this.mounts = mounts;
    }

    /** One mount. */
    record Mount(Path point, String type) {
        boolean isOurs() {
            return type.equals(OUR_TYPE);
        }
    }

    /** As it is now. */
    public static MountTable current() throws IOException {
        // The kernel writes names as they are, and any byte is a character of this set.
        return parse(Files.readString(MOUNT_INFO, StandardCharsets.ISO_8859_1));
    }

    /** Reads the format that proc(5) describes for {@code /proc/pid/mountinfo}. */
    static MountTable parse(String text) {
        List<Mount> mounts = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            String[] halves = line.split(" - ", 2);
            String[] fields = halves[0].split(" ", -1);
            if (halves.length == 2 && fields.length >= 5) {
                mounts.add(new Mount(Path.of(unescape(fields[4])), halves[1].split(" ", -1)[0]));
            }
        }
        return new MountTable(mounts);
    }

    /** Blanks and backslashes stand as three octal digits; the rest are bytes of a UTF-8 name. */
    private static String unescape(String field) {
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '\\' && i + 3 < field.length()) {
                bytes.append((char) Integer.parseInt(field, i + 1, i + 4, 8));
                i += 3;
            } else {
                bytes.append(c);
            }
        }
        return new String(bytes.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** What is mounted exactly here, the topmost if there are several. */
    Optional<Mount> at(Path point) {
        return mounts.reversed().stream()
                .filter(mount -> mount.point().equals(point))
                .findFirst();
    }

    /** The mount point of the synced folder in which an absolute path lies. */
    public Optional<Path> mountPointAbove(Path path) {
        return mounts.stream()
                .filter(Mount::isOurs)
                .map(Mount::point)
                .filter(path::startsWith)
                .max(Comparator.comparingInt(Path::getNameCount));
    }
}
