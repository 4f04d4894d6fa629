package dev.cloister.image.cpio;

import dev.cloister.image.file.Content;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An uncompressed archive made from entries. The bytes depend on nothing but the entries and the modification time;
 * numbering, device, link counts and padding are those of linuxkit, which makes the ramdisks of AWS's builder.
 */
public final class CpioArchive implements Content {
    /** The size of a record's header. */
    static final int HEADER_SIZE = 110;

    static final String MAGIC = "070701";
    static final String TRAILER = "TRAILER!!!";

    private static final int FIRST_INODE = 721;
    private static final int DEVICE_MAJOR = 3;
    private static final int DEVICE_MINOR = 1;
    private static final int BLOCK = 512;
    private static final long MAX_FILE_SIZE = 0xffff_ffffL;
    private static final byte[] ZEROS = new byte[BLOCK];

    private final List<CpioEntry> entries;
    private final long modificationTime;
    private final long size;

    /**
     * Lays the archive out.
     *
     * @param entries in ascending order of path, each below a directory that is an entry itself
     * @param modificationTime of every entry, seconds since 1970, up to 2^32 - 1
     * @throws FormatException when a file is larger than the format can say, 4 GiB less one byte
     */
    public CpioArchive(List<CpioEntry> entries, long modificationTime) throws FormatException {
        this.entries = List.copyOf(entries);
        this.modificationTime = Math.max(0, Math.min(modificationTime, 0xffff_ffffL));
        long total = 0;
        CpioEntry previous = null;
        for (CpioEntry entry : this.entries) {
            if (previous != null && previous.path().compareTo(entry.path()) >= 0) {
                throw new IllegalArgumentException(entry.path() + " is out of order");
            }
            if (entry.data().size() > MAX_FILE_SIZE) {
                throw new FormatException("cpio: a file of 4 GiB or more: '" + entry.path() + "'");
            }
            total +=
                    recordSize(entry.path().latin1().length() + 1L, entry.data().size());
            previous = entry;
        }
        total += recordSize(TRAILER.length() + 1L, 0);
        this.size = roundUp(total, BLOCK);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        int inode = FIRST_INODE;
        long written = 0;
        for (CpioEntry entry : entries) {
            long length = entry.data().size();
            boolean isDirectory = entry.type() == CpioEntry.DIRECTORY;
            written += writeHeader(
                    out, inode++, entry, isDirectory ? 2 : 1, entry.path().latin1(), modificationTime);
            entry.data().writeTo(out);
            written += length + pad(out, length, 4);
        }
        CpioEntry trailer = new CpioEntry(ImagePath.of(TRAILER), 0, 0, 0, Content.of(new byte[0]));
        written += writeHeader(out, inode, trailer, 1, TRAILER, 0);
        pad(out, written, BLOCK);
    }

    private static long writeHeader(OutputStream out, int inode, CpioEntry entry, int links, String name, long time)
            throws IOException {
        StringBuilder header = new StringBuilder(HEADER_SIZE + name.length() + 4).append(MAGIC);
        appendHex(header, inode);
        appendHex(header, entry.mode());
        appendHex(header, entry.uid());
        appendHex(header, entry.gid());
        appendHex(header, links);
        appendHex(header, time);
        appendHex(header, entry.data().size());
        appendHex(header, DEVICE_MAJOR);
        appendHex(header, DEVICE_MINOR);
        appendHex(header, 0);
        appendHex(header, 0);
        appendHex(header, name.length() + 1L);
        appendHex(header, 0);
        header.append(name).append('\0');
        out.write(header.toString().getBytes(StandardCharsets.ISO_8859_1));
        return header.length() + pad(out, header.length(), 4);
    }

    private static void appendHex(StringBuilder out, long value) {
        for (int shift = 28; shift >= 0; shift -= 4) {
            out.append(Character.forDigit((int) (value >>> shift) & 0xf, 16));
        }
    }

    private static long pad(OutputStream out, long length, int alignment) throws IOException {
        int padding = (int) (roundUp(length, alignment) - length);
        out.write(ZEROS, 0, padding);
        return padding;
    }

    private static long recordSize(long nameSize, long dataSize) {
        return roundUp(HEADER_SIZE + nameSize, 4) + roundUp(dataSize, 4);
    }

    static long roundUp(long value, int alignment) {
        return (value + alignment - 1) & -alignment;
    }
}
