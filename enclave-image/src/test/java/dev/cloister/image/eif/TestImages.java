package dev.cloister.image.eif;

import dev.cloister.image.file.Content;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.zip.CRC32;

/** Small images for tests, and ways to damage them. */
public final class TestImages {
    private TestImages() {}

    /** Kernel, command line, metadata and two ramdisks that are no archives. */
    public static List<EifSection> sections() {
        return List.of(
                section(SectionType.KERNEL, "kernel"),
                section(SectionType.CMDLINE, "console=ttyS0"),
                new EifSection(SectionType.METADATA, Content.of(metadata().encode())),
                section(SectionType.RAMDISK, "boot"),
                section(SectionType.RAMDISK, "application"));
    }

    static EifMetadata metadata() {
        return EifMetadata.of("test", "1.0", Instant.EPOCH, "0.0.0", "Linux", "6.1.0");
    }

    static EifSection section(SectionType type, String data) {
        return new EifSection(type, Content.of(data.getBytes(StandardCharsets.UTF_8)));
    }

    public static Path write(Path file, List<EifSection> sections) throws Exception {
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING)) {
            EifWriter.write(out, EifHeader.of(Architecture.X86_64), sections);
        }
        return file;
    }

    /** Makes the checksum right again after a change. */
    public static void fixChecksum(byte[] image) {
        CRC32 crc = new CRC32();
        crc.update(image, 0, EifFormat.CRC_AT);
        crc.update(image, EifFormat.HEADER_SIZE, image.length - EifFormat.HEADER_SIZE);
        ByteBuffer.wrap(image).putInt(EifFormat.CRC_AT, (int) crc.getValue());
    }

    /** Opens, measures and closes. */
    static Measurements measure(Path file, byte[] image) throws Exception {
        Files.write(file, image);
        try (EifFile eif = EifFile.open(file)) {
            return eif.measure();
        }
    }

    static byte[] bytes(Path folder) throws Exception {
        return Files.readAllBytes(write(folder.resolve("whole.eif"), sections()));
    }
}
