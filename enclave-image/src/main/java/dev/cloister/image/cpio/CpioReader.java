package dev.cloister.image.cpio;

import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads an uncompressed archive, record by record, refusing what a kernel would have to guess at: names that leave the
 * tree, hard links, links without target, data where none belongs. File data is not read, only located.
 */
public final class CpioReader {
    private static final String FORMAT = "cpio";
    private static final int MAX_NAME = 4096;
    private static final int FIELDS = 13;
    private static final int TIME_FIELD = 5;
    private static final int WINDOW = 1 << 16;

    private final FileRegion archive;
    private final byte[] window = new byte[WINDOW];
    private long windowAt;
    private int windowLength;
    private long next;
    private boolean ended;

    public CpioReader(FileRegion archive) {
        this.archive = archive;
    }

    /**
     * The next record, or null after the last.
     *
     * @return an entry whose data is a region of the archive
     * @throws FormatException when a rule is broken; the reader is then of no further use
     */
    public @Nullable CpioEntry next() throws IOException, FormatException {
        if (ended) {
            return null;
        }
        String header = text(next, CpioArchive.HEADER_SIZE);
        demand(header.startsWith(CpioArchive.MAGIC), "not an uncompressed newc archive");
        for (int i = 0; i < FIELDS; i++) {
            field(header, i);
        }
        long nameSize = field(header, 11);
        demand(nameSize >= 2 && nameSize <= MAX_NAME, "a name of " + nameSize + " bytes");
        String name = text(next + CpioArchive.HEADER_SIZE, (int) nameSize);
        demand(name.indexOf('\0') == nameSize - 1, "a name that does not end at its NUL");
        long dataAt = CpioArchive.roundUp(CpioArchive.HEADER_SIZE + nameSize, 4) + next;
        long size = field(header, 6);
        demand(dataAt <= archive.size() && size <= archive.size() - dataAt, "a record that is cut off");
        next = CpioArchive.roundUp(dataAt + size, 4);
        String plain = name.substring(0, name.length() - 1);
        if (plain.equals(CpioArchive.TRAILER)) {
            demand(size == 0, "data in the trailer");
            checkPadding();
            ended = true;
            return null;
        }
        return entry(header, plain, archive.slice(dataAt, size));
    }

    private CpioEntry entry(String header, String name, FileRegion data) throws FormatException {
        ImagePath path = ImagePath.read(FORMAT, name);
        long mode = field(header, 1);
        demand(mode <= 0177777, "the mode of '" + path + "'");
        CpioEntry entry = new CpioEntry(path, (int) mode, id(header, 2), id(header, 3), data);
        boolean hasData = entry.type() == CpioEntry.REGULAR || entry.type() == CpioEntry.SYMLINK;
        demand(hasData || data.size() == 0, "data in '" + path + "', which is no file");
        demand(entry.type() == CpioEntry.DIRECTORY || field(header, 4) <= 1, "hard link '" + path + "'");
        if (entry.type() == CpioEntry.SYMLINK) {
            demand(data.size() > 0 && data.size() < MAX_NAME, "the target of the symbolic link '" + path + "'");
        }
        return entry;
    }

    /** A symbolic link's target, one char per byte. */
    public static String target(CpioEntry symlink) throws IOException, FormatException {
        String target = ImagePath.latin1(((FileRegion) symlink.data()).readAll(MAX_NAME));
        demand(target.indexOf('\0') < 0, "a NUL in the target of '" + symlink.path() + "'");
        return target;
    }

    /** The modification time of an entry of a reader, in seconds since 1970. */
    public static long modificationTime(CpioEntry entry) throws IOException {
        FileRegion data = (FileRegion) entry.data();
        int length = CpioArchive.HEADER_SIZE + entry.path().latin1().length() + 1;
        long at = data.offset() - CpioArchive.roundUp(length, 4);
        byte[] header = new byte[CpioArchive.HEADER_SIZE];
        new FileRegion(data.channel(), at, header.length).read(0, header, header.length);
        return Long.parseLong(
                new String(header, CpioArchive.MAGIC.length() + 8 * TIME_FIELD, 8, StandardCharsets.ISO_8859_1), 16);
    }

    private void checkPadding() throws IOException, FormatException {
        while (next < archive.size()) {
            int length = (int) Math.min(WINDOW, archive.size() - next);
            for (char c : text(next, length).toCharArray()) {
                demand(c == 0, "data after the trailer");
            }
            next += length;
        }
    }

    private static int id(String header, int index) throws FormatException {
        long id = field(header, index);
        demand(id <= Integer.MAX_VALUE, "owner " + id);
        return (int) id;
    }

    private static long field(String header, int index) throws FormatException {
        int begin = CpioArchive.MAGIC.length() + 8 * index;
        long value = 0;
        for (char c : header.substring(begin, begin + 8).toCharArray()) {
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            demand(digit >= 0, "a header field that is not a hex number");
            value = value << 4 | digit;
        }
        return value;
    }

    private String text(long from, int length) throws IOException, FormatException {
        demand(from <= archive.size() && length <= archive.size() - from, "a record that is cut off");
        if (from < windowAt || from + length > windowAt + windowLength) {
            windowAt = from;
            windowLength = (int) Math.min(WINDOW, archive.size() - from);
            archive.read(from, window, windowLength);
        }
        return new String(window, (int) (from - windowAt), length, StandardCharsets.ISO_8859_1);
    }

    private static void demand(boolean holds, String fault) throws FormatException {
        if (!holds) {
            throw new FormatException(FORMAT + ": " + fault);
        }
    }
}
