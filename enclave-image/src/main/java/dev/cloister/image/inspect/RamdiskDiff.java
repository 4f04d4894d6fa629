package dev.cloister.image.inspect;

import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.cpio.CpioReader;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.key.UnifiedDiff;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Compares the files of two ramdisks. */
final class RamdiskDiff {
    /** The two small files that say what to start are shown line by line. */
    private static final Set<ImagePath> SHOWN = Set.of(ImagePath.of("cmd"), ImagePath.of("env"));

    private static final int MAX_SHOWN = 1 << 14;

    private final Differences differences;
    private final String prefix;
    private final List<String> registers;

    /**
     * Prepares.
     *
     * @param prefix before every path, for ramdisks whose paths alone would not tell which one is meant
     * @param registers that the ramdisk is measured into
     */
    RamdiskDiff(Differences differences, String prefix, List<String> registers) {
        this.differences = differences;
        this.prefix = prefix;
        this.registers = registers;
    }

    /**
     * Compares two ramdisks that are known not to be equal.
     *
     * @param name of the ramdisk, for what is no difference of a file
     */
    void compare(String name, FileRegion before, FileRegion after) throws IOException {
        RamdiskFiles one;
        RamdiskFiles two;
        try {
            one = RamdiskFiles.read(before);
            two = RamdiskFiles.read(after);
        } catch (FormatException e) {
            long at = Regions.firstDifference(before, after);
            add(name, "contents differ from byte " + at + " on; files are not compared (" + e.getMessage() + ")");
            return;
        }
        long counted = differences.count();
        Set<ImagePath> paths = new TreeSet<>(one.files().keySet());
        paths.addAll(two.files().keySet());
        for (ImagePath path : paths) {
            compare(path, one.files().get(path), two.files().get(path));
        }
        if (differences.count() == counted) {
            long at = Regions.firstDifference(before, after);
            add(name, "the same files, but in another order, numbered or padded otherwise, from byte " + at + " on");
        }
    }

    private void compare(ImagePath path, @Nullable CpioEntry before, @Nullable CpioEntry after) throws IOException {
        if (before == null || after == null) {
            CpioEntry present = before == null ? after : before;
            add(path.toString(), (before == null ? "only in the second: " : "only in the first: ") + describe(present));
            return;
        }
        if (before.type() != after.type()) {
            add(path.toString(), "kind", kind(before), kind(after));
        }
        if (before.permissions() != after.permissions()) {
            add(path.toString(), "mode", octal(before), octal(after));
        }
        if (before.uid() != after.uid() || before.gid() != after.gid()) {
            add(path.toString(), "owner", before.uid() + ":" + before.gid(), after.uid() + ":" + after.gid());
        }
        if (before.type() == after.type()) {
            compareContents(path, before, after);
        }
        compareTimes(path, before, after);
    }

    private void compareContents(ImagePath path, CpioEntry before, CpioEntry after) throws IOException {
        FileRegion one = (FileRegion) before.data();
        FileRegion two = (FileRegion) after.data();
        long at = Regions.firstDifference(one, two);
        if (at < 0) {
            return;
        }
        if (before.type() == CpioEntry.SYMLINK) {
            add(path.toString(), "link target", text(one), text(two));
        } else if (SHOWN.contains(path) && Math.max(one.size(), two.size()) <= MAX_SHOWN) {
            for (String line : UnifiedDiff.of(text(one), text(two))) {
                if (line.startsWith("-") || line.startsWith("+")) {
                    add(
                            path.toString(),
                            (line.startsWith("-") ? "line only in the first: " : "line only in the second: ")
                                    + line.substring(1));
                }
            }
        } else {
            add(path.toString(), "content from byte " + at + " on,", one.size() + " bytes", two.size() + " bytes");
        }
    }

    private void compareTimes(ImagePath path, CpioEntry before, CpioEntry after) throws IOException {
        long one = CpioReader.modificationTime(before);
        long two = CpioReader.modificationTime(after);
        if (one != two) {
            add(path.toString(), "time", Long.toString(one), Long.toString(two));
        }
    }

    private static String describe(@Nullable CpioEntry entry) {
        return entry == null
                ? ""
                : kind(entry) + " " + octal(entry) + ", " + entry.data().size() + " bytes";
    }

    private static String kind(CpioEntry entry) {
        return switch (entry.type()) {
            case CpioEntry.DIRECTORY -> "directory";
            case CpioEntry.REGULAR -> "file";
            case CpioEntry.SYMLINK -> "symbolic link";
            default -> "special file";
        };
    }

    private static String octal(CpioEntry entry) {
        return String.format("%04o", entry.permissions());
    }

    private static String text(FileRegion region) throws IOException {
        return new String(region.readAll(MAX_SHOWN), StandardCharsets.UTF_8);
    }

    private void add(String place, String what) {
        add(place, what, "", "");
    }

    private void add(String place, String what, String before, String after) {
        differences.add(new Difference(prefix + place, what, before, after, registers));
    }
}
