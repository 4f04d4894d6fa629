package dev.cloister.local.vm;

import dev.cloister.image.eif.Architecture;
import dev.cloister.image.eif.EifFile;
import dev.cloister.image.eif.EifSection;
import dev.cloister.image.eif.Measurements;
import dev.cloister.image.eif.SectionType;
import dev.cloister.image.file.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a machine boots, taken out of an image.
 *
 * @param kernel a file
 * @param ramdisks all of the image's ramdisks in one file, one behind the other, as the kernel gets them
 * @param commandLine the kernel's, as it is measured
 * @param measurements of the image's file
 */
record BootFiles(Path kernel, Path ramdisks, String commandLine, Measurements measurements) {
    /**
     * Checks and measures an image, and takes it apart.
     *
     * @param folder an empty one
     * @throws FormatException when the image breaks a rule, its checksum is wrong, or it is for another processor
     */
    static BootFiles extract(Path image, Path folder) throws IOException, FormatException {
        try (EifFile eif = EifFile.open(image)) {
            if (eif.header().architecture() != Architecture.X86_64) {
                throw new FormatException("the image is for another processor than x86_64");
            }
            Measurements measurements = eif.measure();
            Path kernel = folder.resolve("kernel");
            Path ramdisks = folder.resolve("ramdisks");
            ByteArrayOutputStream commandLine = new ByteArrayOutputStream();
            write(eif.sections(), SectionType.KERNEL, kernel);
            write(eif.sections(), SectionType.RAMDISK, ramdisks);
            copy(eif.sections(), SectionType.CMDLINE, commandLine);
            return new BootFiles(kernel, ramdisks, commandLine.toString(StandardCharsets.ISO_8859_1), measurements);
        }
    }

    private static void write(List<EifSection> sections, SectionType type, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            copy(sections, type, out);
        }
    }

    private static void copy(List<EifSection> sections, SectionType type, OutputStream out) throws IOException {
        for (EifSection section : sections) {
            if (section.type() == type) {
                section.data().writeTo(out);
            }
        }
    }

    /** Bytes that the guest needs to be given before it has unpacked anything. */
    long size() throws IOException {
        return Files.size(kernel) + Files.size(ramdisks);
    }
}
