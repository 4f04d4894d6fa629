package dev.cloister.image.eif;

import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * An image that is open for reading. Opening checks the layout: header, section table and the walk from section to
 * section must agree, nothing may lie between sections or after the last. {@link #check()} reads it whole. Every file
 * that opens is written back by {@link EifWriter} to the same bytes when its checksum is right.
 */
public final class EifFile implements Closeable {
    private final FileChannel channel;
    private final EifHeader header;
    private final List<EifSection> sections;
    private final int storedCrc;

    private EifFile(FileChannel channel, EifHeader header, List<EifSection> sections, int storedCrc) {
        this.channel = channel;
        this.header = header;
        this.sections = List.copyOf(sections);
        this.storedCrc = storedCrc;
    }

    /**
     * Opens an image and checks its layout, without reading its contents.
     *
     * @throws FormatException when this is no image of version 4, or one whose layout breaks a rule
     */
    public static EifFile open(Path file) throws IOException, FormatException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            FileRegion whole = new FileRegion(channel, 0, channel.size());
            demand(whole.size() >= EifFormat.HEADER_SIZE, "shorter than a file header");
            ByteBuffer bytes =
                    ByteBuffer.wrap(whole.slice(0, EifFormat.HEADER_SIZE).readAll(EifFormat.HEADER_SIZE));
            EifHeader header = header(bytes);
            List<EifSection> sections = sections(bytes, whole);
            SectionRules.check(sections);
            checkCommandLine(sections);
            return new EifFile(channel, header, sections, bytes.getInt(EifFormat.CRC_AT));
        } catch (IOException | FormatException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Whether a file begins as an image does; what else is wrong with it, {@link #open} says. */
    public static boolean isOne(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer magic = ByteBuffer.allocate(Integer.BYTES);
            while (magic.hasRemaining() && channel.read(magic) >= 0) {}
            return !magic.hasRemaining() && magic.getInt(0) == EifFormat.MAGIC;
        }
    }

    private static EifHeader header(ByteBuffer bytes) throws FormatException {
        demand(bytes.getInt(0) == EifFormat.MAGIC, "the magic number is not '.eif'");
        int version = Short.toUnsignedInt(bytes.getShort(4));
        demand(version == EifFormat.VERSION, "version " + version + "; only version 4 is read");
        Architecture architecture = Architecture.of(Short.toUnsignedInt(bytes.getShort(6)));
        demand(bytes.getShort(0x18) == 0 && bytes.getInt(EifFormat.CRC_AT - 4) == 0, "reserved bytes are set");
        return new EifHeader(architecture, bytes.getLong(8), bytes.getLong(16));
    }

    private static List<EifSection> sections(ByteBuffer table, FileRegion file) throws IOException, FormatException {
        int count = Short.toUnsignedInt(table.getShort(0x1a));
        demand(
                count <= EifFormat.MAX_SECTIONS,
                count + " sections; at most " + EifFormat.MAX_SECTIONS + " are allowed");
        List<EifSection> sections = new ArrayList<>(count);
        long next = EifFormat.HEADER_SIZE;
        for (int i = 0; i < EifFormat.MAX_SECTIONS; i++) {
            long offset = table.getLong(EifFormat.OFFSETS_AT + 8 * i);
            long size = table.getLong(EifFormat.SIZES_AT + 8 * i);
            if (i >= count) {
                demand(offset == 0 && size == 0, "slot " + i + " of the section table is not empty");
                continue;
            }
            String place = "section " + i + ": ";
            demand(offset == next, place + "the table puts it at " + Long.toUnsignedString(offset) + ", not " + next);
            demand(file.size() - next >= EifFormat.SECTION_HEADER_SIZE, place + "its header is cut off");
            ByteBuffer head = ByteBuffer.wrap(
                    file.slice(next, EifFormat.SECTION_HEADER_SIZE).readAll(EifFormat.SECTION_HEADER_SIZE));
            SectionType type = SectionType.of(Short.toUnsignedInt(head.getShort(0)));
            demand(head.getShort(2) == 0, place + "flags are set");
            demand(head.getLong(4) == size, place + "its header and the table give different sizes");
            long data = next + EifFormat.SECTION_HEADER_SIZE;
            demand(size >= 0 && size <= file.size() - data, place + "its data is cut off");
            sections.add(new EifSection(type, file.slice(data, size)));
            next = data + size;
        }
        demand(next == file.size(), file.size() - next + " bytes after the last section");
        return sections;
    }

    private static void checkCommandLine(List<EifSection> sections) throws IOException, FormatException {
        for (byte b : read(sections, SectionType.CMDLINE)) {
            demand(b != 0 && b != '\n', "the command line has a NUL or a line end");
        }
    }

    /** Reads the whole file once. */
    public EifCheck check() throws IOException, FormatException {
        Measurer measurer = new Measurer();
        byte[] fileHeader = new FileRegion(channel, 0, EifFormat.CRC_AT).readAll(EifFormat.CRC_AT);
        measurer.header(fileHeader, fileHeader.length);
        for (EifSection section : sections) {
            FileRegion data = (FileRegion) section.data();
            byte[] head = new byte[EifFormat.SECTION_HEADER_SIZE];
            new FileRegion(channel, data.offset() - head.length, head.length).read(0, head, head.length);
            measurer.header(head, head.length);
            measurer.begin(section.type());
            data.writeTo(new MeasuringStream(measurer));
        }
        return new EifCheck(measurer.finish(), storedCrc == measurer.crc());
    }

    /**
     * Reads the whole file once and refuses a wrong checksum.
     *
     * @return the registers it boots with
     */
    public Measurements measure() throws IOException, FormatException {
        EifCheck check = check();
        demand(check.crcMatches(), "the checksum does not match the contents");
        return check.measurements();
    }

    public EifHeader header() {
        return header;
    }

    /** In file order; their data is read from this file, so only until it is closed. */
    public List<EifSection> sections() {
        return sections;
    }

    /** The ramdisks in file order: first the one that boots, then the application's. */
    public List<FileRegion> ramdisks() {
        return sections.stream()
                .filter(section -> section.type() == SectionType.RAMDISK)
                .map(section -> (FileRegion) section.data())
                .toList();
    }

    public EifMetadata metadata() throws IOException, FormatException {
        return EifMetadata.parse(read(sections, SectionType.METADATA));
    }

    public boolean isSigned() {
        return sections.getLast().type() == SectionType.SIGNATURE;
    }

    /** The signature section of an image that {@link #isSigned()}. */
    public EifSignature signature() throws IOException, FormatException {
        return EifSignature.parse(read(sections, SectionType.SIGNATURE));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static byte[] read(List<EifSection> sections, SectionType type) throws IOException {
        for (EifSection section : sections) {
            if (section.type() == type) {
                return ((FileRegion) section.data()).readAll((int) type.maxSize());
            }
        }
        throw new EOFException("no " + type.label() + " section");
    }

    private static void demand(boolean holds, String fault) throws FormatException {
        if (!holds) {
            throw new FormatException("eif: " + fault);
        }
    }

    /** Hands bytes on to a measurer. */
    private static final class MeasuringStream extends OutputStream {
        private final Measurer measurer;

        MeasuringStream(Measurer measurer) {
            this.measurer = measurer;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            measurer.data(bytes, from, length);
        }
    }
}
