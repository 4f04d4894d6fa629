package dev.cloister.image.inspect;

import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.cpio.CpioReader;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.io.IOException;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The files of one ramdisk by path: names and places of contents, never contents.
 *
 * @param files where a path occurs twice, the last one, which the kernel keeps
 * @param repeats how many records were replaced by a later one
 */
record RamdiskFiles(NavigableMap<ImagePath, CpioEntry> files, int repeats) {
    /** So that a hostile archive of empty files cannot take all memory. */
    private static final int MAX_FILES = 400_000;

    private static final long MAX_NAME_BYTES = 48L << 20;

    static RamdiskFiles read(FileRegion ramdisk) throws IOException, FormatException {
        NavigableMap<ImagePath, CpioEntry> files = new TreeMap<>();
        CpioReader reader = new CpioReader(ramdisk);
        long nameBytes = 0;
        int repeats = 0;
        for (CpioEntry entry = reader.next(); entry != null; entry = reader.next()) {
            nameBytes += entry.path().latin1().length();
            if (files.size() >= MAX_FILES || nameBytes > MAX_NAME_BYTES) {
                throw new FormatException("cpio: more than " + MAX_FILES + " files, or names without end");
            }
            repeats += files.put(entry.path(), entry) == null ? 0 : 1;
        }
        return new RamdiskFiles(files, repeats);
    }
}
