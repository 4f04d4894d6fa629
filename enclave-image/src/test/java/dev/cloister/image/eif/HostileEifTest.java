package dev.cloister.image.eif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cloister.image.file.FormatException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways to break an image. */
class HostileEifTest {
    private static final int SECOND = 1;

    @TempDir
    Path folder;

    private byte[] image = new byte[0];

    @BeforeEach
    void writeImage() throws Exception {
        image = TestImages.bytes(folder);
    }

    @Test
    void untouchedImage_isRead() throws Exception {
        assertThat(TestImages.measure(folder.resolve("x"), image).pcr8()).isEmpty();
    }

    @Test
    void wrongChecksum_isRefusedAndReported() throws Exception {
        image[EifFormat.CRC_AT] ^= 1;
        refused("the checksum does not match the contents");
        try (EifFile eif = EifFile.open(Files.write(folder.resolve("x"), image))) {
            assertThat(eif.check().crcMatches()).isFalse();
        }
    }

    @Test
    void changedData_isRefused() {
        image[image.length - 1] ^= 1;
        refused("the checksum does not match the contents");
    }

    @Test
    void wrongMagic_isRefused() {
        image[0] = 'E';
        fixAndRefuse("the magic number");
    }

    @Test
    void version3_isRefused() {
        image[5] = 3;
        fixAndRefuse("version 3");
    }

    @Test
    void reservedFlags_areRefused() {
        image[7] = 2;
        fixAndRefuse("reserved flags");
    }

    @Test
    void reservedBytes_areRefused() {
        image[EifFormat.CRC_AT - 1] = 1;
        fixAndRefuse("reserved bytes");
    }

    @Test
    void moreThan32Sections_areRefused() {
        image[0x1b] = 33;
        fixAndRefuse("33 sections");
    }

    @Test
    void sectionCountLargerThanTable_isRefused() {
        image[0x1b] = 6;
        fixAndRefuse("section 5");
    }

    @Test
    void sectionCountSmallerThanTable_isRefused() {
        image[0x1b] = 4;
        fixAndRefuse("slot 4 of the section table is not empty");
    }

    @Test
    void offsetThatOverlaps_isRefused() {
        addToLong(EifFormat.OFFSETS_AT + 8 * SECOND, -1);
        fixAndRefuse("section 1: the table puts it at");
    }

    @Test
    void hugeOffset_isRefused() {
        ByteBuffer.wrap(image).putLong(EifFormat.OFFSETS_AT + 8 * SECOND, -1);
        fixAndRefuse("18446744073709551615");
    }

    @Test
    void sectionsOutOfOrder_areRefused() {
        ByteBuffer bytes = ByteBuffer.wrap(image);
        long second = bytes.getLong(EifFormat.OFFSETS_AT + 8);
        bytes.putLong(EifFormat.OFFSETS_AT + 8, bytes.getLong(EifFormat.OFFSETS_AT + 16));
        bytes.putLong(EifFormat.OFFSETS_AT + 16, second);
        fixAndRefuse("section 1: the table puts it at");
    }

    @Test
    void tableSizeUnlikeHeaderSize_isRefused() {
        addToLong(EifFormat.SIZES_AT, 1);
        fixAndRefuse("section 0: its header and the table give different sizes");
    }

    @Test
    void sizeBeyondTheFile_isRefused() {
        setSizeOfFirst(1L << 40);
        fixAndRefuse("section 0: its data is cut off");
    }

    @Test
    void negativeSize_isRefused() {
        setSizeOfFirst(-1);
        fixAndRefuse("section 0: its data is cut off");
    }

    @Test
    void sectionFlags_areRefused() {
        image[EifFormat.HEADER_SIZE + 3] = 1;
        fixAndRefuse("section 0: flags are set");
    }

    @Test
    void unknownSectionType_isRefused() {
        image[EifFormat.HEADER_SIZE + 1] = 6;
        fixAndRefuse("unknown section type 6");
    }

    @Test
    void trailingBytes_areRefused() {
        image = Arrays.copyOf(image, image.length + 1);
        fixAndRefuse("1 bytes after the last section");
    }

    @Test
    void everyTruncation_isRefused() {
        byte[] whole = image;
        for (int length = 0; length < whole.length; length++) {
            image = Arrays.copyOf(whole, length);
            refused("");
        }
    }

    @Test
    void lineEndInCommandLine_isRefused() throws Exception {
        List<EifSection> sections = new ArrayList<>(TestImages.sections());
        sections.set(1, TestImages.section(SectionType.CMDLINE, "console=ttyS0\n"));
        image = Files.readAllBytes(TestImages.write(folder.resolve("y"), sections));
        refused("the command line has a NUL or a line end");
    }

    @Test
    void secondKernel_isRefused() {
        notWritten("more than one kernel", 0, 0, 1, 2, 3);
    }

    @Test
    void missingMetadata_isRefused() {
        notWritten("not exactly one metadata", 0, 1, 3);
    }

    @Test
    void missingRamdisk_isRefused() {
        notWritten("no ramdisk", 0, 1, 2);
    }

    @Test
    void kernelAfterOthers_isRefused() {
        notWritten("the kernel is not first", 1, 0, 2, 3);
    }

    @Test
    void commandLineAfterRamdisk_isRefused() {
        notWritten("the command line comes after a ramdisk", 0, 3, 1, 2);
    }

    @Test
    void moreThan32SectionsToWrite_areRefused() {
        int[] order = new int[33];
        Arrays.fill(order, 3);
        notWritten("more than 32", order);
    }

    @Test
    void metadataThatIsNoJson_isRefused() {
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> EifMetadata.parse(new byte[] {'['}))
                .withMessage("eif: the metadata is not JSON");
    }

    @Test
    void metadataWithoutBuildTime_isRefused() {
        String json = new String(TestImages.metadata().encode(), StandardCharsets.UTF_8);
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() ->
                        EifMetadata.parse(json.replace("BuildTime", "Other").getBytes(StandardCharsets.UTF_8)))
                .withMessage("eif: the metadata lacks BuildTime");
    }

    /** Whatever is read is written back to the same bytes; everything else is refused, and nothing else happens. */
    @Test
    void randomChanges_areRefusedOrWrittenBackTheSame() throws Exception {
        byte[] whole = image;
        Random random = new Random(20260101);
        Path file = folder.resolve("mutated");
        Path copy = folder.resolve("copy");
        int readable = 0;
        for (int round = 0; round < 1000; round++) {
            image = mutate(whole.clone(), random);
            Files.write(file, image);
            try (EifFile eif = EifFile.open(file)) {
                eif.measure();
                try (FileChannel out = FileChannel.open(
                        copy,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
                    EifWriter.write(out, eif.header(), eif.sections());
                }
                assertThat(copy).hasBinaryContent(image);
                readable++;
            } catch (FormatException e) {
                assertThat(e).hasMessageStartingWith("eif: ");
            }
        }
        assertThat(readable).isPositive();
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        for (int change = random.nextInt(3); change >= 0; change--) {
            // Most of the rules are about the first bytes and the section headers.
            int at = random.nextBoolean() ? random.nextInt(bytes.length) : random.nextInt(64);
            bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : bytes[at] ^ 1 << random.nextInt(8));
        }
        byte[] resized = random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(2 * bytes.length)) : bytes;
        if (resized.length >= EifFormat.HEADER_SIZE) {
            TestImages.fixChecksum(resized);
        }
        return resized;
    }

    private void setSizeOfFirst(long size) {
        ByteBuffer.wrap(image).putLong(EifFormat.SIZES_AT, size).putLong(EifFormat.HEADER_SIZE + 4, size);
    }

    private void addToLong(int at, long difference) {
        ByteBuffer bytes = ByteBuffer.wrap(image);
        bytes.putLong(at, bytes.getLong(at) + difference);
    }

    private void fixAndRefuse(String rule) {
        TestImages.fixChecksum(image);
        refused(rule);
    }

    private void refused(String rule) {
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> TestImages.measure(folder.resolve("hostile.eif"), image))
                .withMessageStartingWith("eif: ")
                .withMessageContaining(rule);
    }

    private void notWritten(String rule, int... order) {
        List<EifSection> sections =
                Arrays.stream(order).mapToObj(TestImages.sections()::get).toList();
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> TestImages.write(folder.resolve("z"), sections))
                .withMessageContaining(rule);
    }
}
