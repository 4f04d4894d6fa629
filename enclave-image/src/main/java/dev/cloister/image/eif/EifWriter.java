package dev.cloister.image.eif;

import dev.cloister.image.file.FormatException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Objects;

/**
 * Writes an image in one pass and constant memory. The sizes are known ahead, so the header is final except for the
 * checksum, which covers the whole file but itself and is put in its place at the end.
 */
public final class EifWriter {
    private EifWriter() {}

    /**
     * Writes a file and measures it on the way.
     *
     * @param out an empty file, open for writing; stays the caller's to close
     * @param sections in file order
     * @throws FormatException when the sections do not make an image
     * @throws IOException when a section's data cannot be read or the file not written
     */
    public static Measurements write(FileChannel out, EifHeader header, List<EifSection> sections)
            throws IOException, FormatException {
        SectionRules.check(sections);
        Measurer measurer = new Measurer();
        byte[] fileHeader = encode(header, sections);
        measurer.header(fileHeader, EifFormat.CRC_AT);
        writeFully(out, ByteBuffer.wrap(fileHeader));
        List<Lanes.Work> works = List.of(
                (bytes, length) -> measurer.toEverything(bytes, 0, length),
                (bytes, length) -> measurer.toTheRest(bytes, 0, length));
        try (Lanes lanes = new Lanes(works)) {
            for (EifSection section : sections) {
                byte[] sectionHeader = encode(section);
                measurer.header(sectionHeader, sectionHeader.length);
                writeFully(out, ByteBuffer.wrap(sectionHeader));
                measurer.begin(section.type());
                SectionStream stream = new SectionStream(out, lanes, section);
                section.data().writeTo(stream);
                stream.end();
            }
        }
        ByteBuffer crc = ByteBuffer.allocate(Integer.BYTES).putInt(0, measurer.crc());
        out.write(crc, EifFormat.CRC_AT);
        return measurer.finish();
    }

    private static byte[] encode(EifHeader header, List<EifSection> sections) {
        ByteBuffer bytes = ByteBuffer.allocate(EifFormat.HEADER_SIZE)
                .putInt(EifFormat.MAGIC)
                .putShort((short) EifFormat.VERSION)
                .putShort((short) header.architecture().flags())
                .putLong(header.defaultMemory())
                .putLong(header.defaultCpus())
                .putShort((short) 0)
                .putShort((short) sections.size());
        long offset = EifFormat.HEADER_SIZE;
        for (int i = 0; i < sections.size(); i++) {
            long size = sections.get(i).data().size();
            bytes.putLong(EifFormat.OFFSETS_AT + 8 * i, offset);
            bytes.putLong(EifFormat.SIZES_AT + 8 * i, size);
            offset += EifFormat.SECTION_HEADER_SIZE + size;
        }
        return bytes.array();
    }

    private static byte[] encode(EifSection section) {
        return ByteBuffer.allocate(EifFormat.SECTION_HEADER_SIZE)
                .putShort((short) section.type().code())
                .putShort((short) 0)
                .putLong(section.data().size())
                .array();
    }

    private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** Gathers small writes, has them measured while it writes, and holds a section to the size it announced. */
    private static final class SectionStream extends OutputStream {
        private final FileChannel out;
        private final Lanes lanes;
        private final EifSection section;
        private Lanes.Block block;
        private int length;
        private long written;

        SectionStream(FileChannel out, Lanes lanes, EifSection section) {
            this.out = out;
            this.lanes = lanes;
            this.section = section;
            this.block = lanes.next();
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            Objects.checkFromIndexSize(from, count, bytes.length);
            for (int done = 0; done < count; ) {
                int part = Math.min(count - done, block.bytes.length - length);
                System.arraycopy(bytes, from + done, block.bytes, length, part);
                length += part;
                done += part;
                if (length == block.bytes.length) {
                    pass();
                }
            }
        }

        private void pass() throws IOException {
            lanes.submit(block, length);
            writeFully(out, ByteBuffer.wrap(block.bytes, 0, length));
            written += length;
            length = 0;
            block = lanes.next();
        }

        /** To be called when the section is complete; what measures it is through with it afterwards. */
        void end() throws IOException {
            pass();
            lanes.giveBack(block);
            lanes.drain();
            if (written != section.data().size()) {
                throw new IOException("section " + section.type().label() + " has " + written + " bytes instead of "
                        + section.data().size());
            }
        }
    }
}
