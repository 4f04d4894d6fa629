package dev.cloister.image.inspect;

import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.cpio.CpioReader;
import dev.cloister.image.eif.EifFile;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.Contribution;
import dev.cloister.image.rootfs.FileTree;
import java.io.IOException;
import tools.jackson.databind.JsonNode;

/** Counts the files of an image's root filesystem, and of one that is not an image yet. */
public final class ImageSizes {
    private static final ImagePath ROOT = ImagePath.of("rootfs");

    private ImageSizes() {}

    /**
     * Of an image: its files from the application's ramdisks, its layers from the metadata, which proves nothing.
     *
     * @throws FormatException when a ramdisk is no archive that could be read
     */
    public static SizeReport of(EifFile image) throws IOException, FormatException {
        SizeReport report = new SizeReport();
        for (FileRegion ramdisk : image.ramdisks().stream().skip(1).toList()) {
            CpioReader reader = new CpioReader(ramdisk);
            for (CpioEntry entry = reader.next(); entry != null; entry = reader.next()) {
                add(report, entry);
            }
        }
        JsonNode layers = image.metadata().json().path("CustomMetadata").path("Layers");
        for (JsonNode layer : layers.values()) {
            report.add(new SizeReport.Layer(
                    layer.path("Source").asString("unknown"),
                    layer.path("Digest").isString() ? layer.path("Digest").asString() : null,
                    layer.path("Files").asLong(0),
                    layer.path("Bytes").asLong(0)));
        }
        return report;
    }

    /** Of a tree, with its layers as they were read. */
    public static SizeReport of(FileTree tree) {
        SizeReport report = new SizeReport();
        for (Contribution layer : tree.contributions()) {
            if (layer.files() > 0) {
                report.add(new SizeReport.Layer(layer.origin().source(), null, layer.files(), layer.bytes()));
            }
        }
        tree.entriesBelow(ROOT).forEach(entry -> add(report, entry));
        return report;
    }

    private static void add(SizeReport report, CpioEntry entry) {
        String below = ROOT.latin1() + "/";
        if (entry.path().latin1().startsWith(below)) {
            report.add(entry, new ImagePath(entry.path().latin1().substring(below.length())));
        }
    }
}
