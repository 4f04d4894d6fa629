package dev.cloister.envelope.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes the tar subset of docs/format/envelope-v1.md section 4.2, byte for byte the same for the same entries. */
final class TarWriter {
    private static final byte[] ZEROS = new byte[TarBlock.SIZE];

    private static final int DIRECTORY_MODE = 0755;
    private static final int EXECUTABLE_MODE = 0755;
    private static final int FILE_MODE = 0644;
    private static final int LINK_MODE = 0777;

    private final OutputStream out;
    private final TarBlock block = new TarBlock();

    TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Writes an entry's headers. The content of a regular file is to be written next, then {@link #pad}. */
    void header(Entry entry) throws IOException {
        switch (entry) {
            case Entry.Directory(String name) -> header(TarBlock.DIRECTORY, name + "/", "", DIRECTORY_MODE, 0);
            case Entry.RegularFile(String name, long size, boolean executable) ->
                header(TarBlock.REGULAR_FILE, name, "", executable ? EXECUTABLE_MODE : FILE_MODE, size);
            case Entry.SymbolicLink(String name, String target) ->
                header(TarBlock.SYMBOLIC_LINK, name, target, LINK_MODE, 0);
        }
    }

    /** Fills the last block of a content of {@code size} bytes. */
    void pad(long size) throws IOException {
        out.write(ZEROS, 0, (int) -size & (TarBlock.SIZE - 1));
    }

    void end() throws IOException {
        out.write(ZEROS);
        out.write(ZEROS);
    }

    private void header(char type, String name, String link, int mode, long size) throws IOException {
        Map<String, String> pax = new LinkedHashMap<>();
        String shortName = shortened(name, PaxRecords.PATH, pax);
        String shortLink = shortened(link, PaxRecords.LINK_PATH, pax);
        long shortSize = size;
        if (size > TarBlock.MAX_OCTAL_SIZE) {
            pax.put(PaxRecords.SIZE, String.valueOf(size));
            shortSize = 0;
        }
        if (!pax.isEmpty()) {
            byte[] records = PaxRecords.encode(pax);
            block(TarBlock.PAX_HEADER, "pax", "", FILE_MODE, records.length);
            out.write(records);
            pad(records.length);
        }
        block(type, shortName, shortLink, mode, shortSize);
    }

    private void block(char type, String name, String link, int mode, long size) throws IOException {
        block.fill(type, name, link, mode, size);
        out.write(block.bytes());
    }

    /** The text as the block holds it: itself, or a stand-in when the true one had to go into the pax header. */
    private static String shortened(String text, String key, Map<String, String> pax) {
        if (text.length() <= TarBlock.NAME_LENGTH
                && StandardCharsets.US_ASCII.newEncoder().canEncode(text)) {
            return text;
        }
        pax.put(key, text);
        return "see-pax-header";
    }
}
