package dev.cloister.envelope.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the tar subset of docs/format/envelope-v1.md section 4.2 and refuses everything else. */
final class TarReader {
    private static final int SPECIAL_BITS = 07000;
    private static final int OWNER_EXECUTES = 0100;

    private final InputStream in;
    private final TarBlock block = new TarBlock();
    private long unread;
    private int padding;

    TarReader(InputStream in) {
        this.in = in;
    }

    /**
     * The next entry, or null after the last one, when the archive and its stream have ended as they should. What is
     * unread of the entry before is skipped.
     */
    @Nullable
    Entry next() throws IOException {
        skip(unread + padding);
        unread = 0;
        padding = 0;
        readBlock();
        if (block.isZero()) {
            readEnd();
            return null;
        }
        block.verify();
        Map<String, String> pax = Map.of();
        if (block.type() == TarBlock.PAX_HEADER) {
            pax = readPax();
            readBlock();
            block.verify();
        }
        return entry(pax);
    }

    /** Reads the content of the file that {@link #next} gave last; -1 at its end. */
    int read(byte[] buffer) throws IOException {
        if (unread == 0) {
            return -1;
        }
        int n = in.read(buffer, 0, (int) Math.min(buffer.length, unread));
        if (n < 0) {
            throw endedEarly();
        }
        unread -= n;
        return n;
    }

    private Entry entry(Map<String, String> pax) throws ArchiveException {
        String name = pax.getOrDefault(PaxRecords.PATH, block.name());
        String link = pax.getOrDefault(PaxRecords.LINK_PATH, block.link());
        long size = pax.containsKey(PaxRecords.SIZE) ? decimal(pax.get(PaxRecords.SIZE)) : block.size();
        if ((block.mode() & SPECIAL_BITS) != 0) {
            throw new ArchiveException("its mode has a setuid, setgid or sticky bit");
        }
        if (block.type() == TarBlock.REGULAR_FILE) {
            unread = size;
            padding = (int) -size & (TarBlock.SIZE - 1);
            return new Entry.RegularFile(name, size, (block.mode() & OWNER_EXECUTES) != 0);
        }
        if (size != 0) {
            throw new ArchiveException("it has content and is not a file");
        }
        return switch (block.type()) {
            case TarBlock.DIRECTORY -> new Entry.Directory(withoutSlash(name));
            case TarBlock.SYMBOLIC_LINK -> new Entry.SymbolicLink(name, link);
            case '1' -> throw new ArchiveException("it is a hard link");
            case '3', '4' -> throw new ArchiveException("it is a device");
            case '6' -> throw new ArchiveException("it is a pipe");
            default -> throw new ArchiveException("its type is not known");
        };
    }

    private Map<String, String> readPax() throws IOException {
        long size = block.size();
        if (size > PaxRecords.MAX_BYTES) {
            throw new ArchiveException("its pax header is larger than " + PaxRecords.MAX_BYTES + " bytes");
        }
        byte[] records = in.readNBytes((int) size);
        if (records.length < size) {
            throw endedEarly();
        }
        skip(-size & (TarBlock.SIZE - 1));
        return PaxRecords.parse(records);
    }

    private void skip(long bytes) throws IOException {
        try {
            in.skipNBytes(bytes);
        } catch (EOFException e) {
            throw endedEarly();
        }
    }

    private void readEnd() throws IOException {
        readBlock();
        if (!block.isZero() || in.read() >= 0) {
            throw new ArchiveException("something follows the archive's end");
        }
    }

    private void readBlock() throws IOException {
        if (in.readNBytes(block.bytes(), 0, TarBlock.SIZE) < TarBlock.SIZE) {
            throw endedEarly();
        }
    }

    private static long decimal(String digits) throws ArchiveException {
        if (!digits.matches("[0-9]{1,18}")) {
            throw new ArchiveException("its pax header has a malformed size");
        }
        return Long.parseLong(digits);
    }

    private static String withoutSlash(String name) throws ArchiveException {
        if (!name.endsWith("/")) {
            throw new ArchiveException("it is a directory whose name has no slash at its end");
        }
        return name.substring(0, name.length() - 1);
    }

    private static ArchiveException endedEarly() {
        return new ArchiveException("the archive ended early");
    }
}
