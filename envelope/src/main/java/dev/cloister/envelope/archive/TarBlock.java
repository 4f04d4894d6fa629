package dev.cloister.envelope.archive;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One 512-byte ustar header block, docs/format/envelope-v1.md section 4.2. */
final class TarBlock {
    static final int SIZE = 512;

    /** Section 4.2: type flags. */
    static final char REGULAR_FILE = '0';

    static final char DIRECTORY = '5';
    static final char SYMBOLIC_LINK = '2';
    static final char PAX_HEADER = 'x';

    /** The longest name or link target that the block itself holds. */
    static final int NAME_LENGTH = 100;

    /** The largest size in 11 octal digits. */
    static final long MAX_OCTAL_SIZE = 077777777777L;

    private static final Field NAME = new Field(0, NAME_LENGTH);
    private static final Field MODE = new Field(100, 8);
    private static final Field UID = new Field(108, 8);
    private static final Field GID = new Field(116, 8);
    private static final Field LENGTH = new Field(124, 12);
    private static final Field MTIME = new Field(136, 12);
    private static final Field CHECKSUM = new Field(148, 8);
    private static final int TYPE = 156;
    private static final Field LINK = new Field(157, NAME_LENGTH);
    private static final Field MAGIC = new Field(257, 8);
    private static final Field DEVICE_MAJOR = new Field(329, 8);
    private static final Field DEVICE_MINOR = new Field(337, 8);
    private static final Field PREFIX = new Field(345, 155);
    private static final byte[] USTAR = "ustar\00000".getBytes(StandardCharsets.US_ASCII);

    private record Field(int offset, int length) {}

    private final byte[] bytes = new byte[SIZE];

    /** The block itself, to be read into. */
    byte[] bytes() {
        return bytes;
    }

    /** Fills the block for an entry; owner, group and times are zero. Name and link are ASCII and fit. */
    void fill(char type, String name, String link, int mode, long size) {
        Arrays.fill(bytes, (byte) 0);
        putText(NAME, name);
        putOctal(MODE, mode);
        putOctal(UID, 0);
        putOctal(GID, 0);
        putOctal(LENGTH, size);
        putOctal(MTIME, 0);
        bytes[TYPE] = (byte) type;
        putText(LINK, link);
        System.arraycopy(USTAR, 0, bytes, MAGIC.offset, USTAR.length);
        putOctal(DEVICE_MAJOR, 0);
        putOctal(DEVICE_MINOR, 0);
        // Six digits, NUL, space: the one field that tar has always written differently.
        putText(CHECKSUM, String.format("%06o\0 ", checksum()));
    }

    boolean isZero() {
        return Arrays.equals(bytes, new byte[SIZE]);
    }

    /** Checks what every header has: magic, version, checksum, no prefix. */
    void verify() throws ArchiveException {
        if (!Arrays.equals(bytes, MAGIC.offset, MAGIC.offset + MAGIC.length, USTAR, 0, USTAR.length)) {
            throw new ArchiveException("it is not a ustar header");
        }
        if (octal(CHECKSUM) != checksum()) {
            throw new ArchiveException("its header has a wrong checksum");
        }
        if (bytes[PREFIX.offset] != 0) {
            throw new ArchiveException("its header uses the prefix field");
        }
    }

    char type() {
        return (char) (bytes[TYPE] & 0xFF);
    }

    String name() throws ArchiveException {
        return text(NAME);
    }

    String link() throws ArchiveException {
        return text(LINK);
    }

    int mode() throws ArchiveException {
        return (int) octal(MODE);
    }

    long size() throws ArchiveException {
        return octal(LENGTH);
    }

    /** The sum of all bytes, with those of the checksum itself counted as spaces. */
    private int checksum() {
        int sum = CHECKSUM.length * ' ';
        for (int i = 0; i < SIZE; i++) {
            if (i < CHECKSUM.offset || i >= CHECKSUM.offset + CHECKSUM.length) {
                sum += bytes[i] & 0xFF;
            }
        }
        return sum;
    }

    private void putText(Field field, String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, bytes, field.offset, ascii.length);
        Arrays.fill(bytes, field.offset + ascii.length, field.offset + field.length, (byte) 0);
    }

    private void putOctal(Field field, long value) {
        putText(field, String.format("%0" + (field.length - 1) + "o", value));
    }

    private String text(Field field) throws ArchiveException {
        int end = field.offset;
        while (end < field.offset + field.length && bytes[end] != 0) {
            if (bytes[end] < 0) {
                throw new ArchiveException("its header has a name that is not ASCII");
            }
            end++;
        }
        return new String(bytes, field.offset, end - field.offset, StandardCharsets.US_ASCII);
    }

    private long octal(Field field) throws ArchiveException {
        long value = 0;
        int i = field.offset;
        int end = field.offset + field.length;
        while (i < end && bytes[i] >= '0' && bytes[i] <= '7') {
            value = value << 3 | (bytes[i++] - '0');
        }
        if (i == field.offset || i == end || (bytes[i] != 0 && bytes[i] != ' ')) {
            throw new ArchiveException("its header has a number that is not octal");
        }
        return value;
    }
}
