package dev.cloister.image.build;

import dev.cloister.image.cpio.CpioArchive;
import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.eif.EifHeader;
import dev.cloister.image.eif.EifMetadata;
import dev.cloister.image.eif.EifSection;
import dev.cloister.image.eif.EifWriter;
import dev.cloister.image.eif.Measurements;
import dev.cloister.image.eif.SectionType;
import dev.cloister.image.file.Content;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.Contribution;
import dev.cloister.image.rootfs.Conventions;
import dev.cloister.image.rootfs.FileTree;
import dev.cloister.image.rootfs.Origin;
import dev.cloister.image.rootfs.Overlay;
import dev.cloister.image.rootfs.RootfsSource;
import dev.cloister.image.rootfs.SourceLayer;
import dev.cloister.image.rootfs.Warning;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Makes an image from a kernel, a root filesystem and what is laid over it. The same inputs give the same bytes on any
 * machine: files are ordered by their raw names, times are those of {@link Identity}, owners come from data.
 */
public final class ImageBuilder {
    private static final ImagePath ROOTFS = ImagePath.of("rootfs");

    /** The time that linuxkit gives to the files of AWS's first ramdisk: 2017-04-18T16:30:00Z. */
    private static final long BOOT_TIME = 1492533000;

    private final Blobs blobs;
    private final RootfsSource rootfs;
    private final List<Overlay> overlays;
    private final LaunchRequest launch;
    private final Identity identity;
    private final Map<ImagePath, Integer> modes;

    /**
     * Names the parts; nothing is read yet.
     *
     * @param overlays applied in order, a later one over an earlier one
     * @param modes permissions of files of the image, set when all overlays are in place
     */
    public ImageBuilder(
            Blobs blobs,
            RootfsSource rootfs,
            List<Overlay> overlays,
            Map<ImagePath, Integer> modes,
            LaunchRequest launch,
            Identity identity) {
        this.modes = Map.copyOf(modes);
        this.blobs = blobs;
        this.rootfs = rootfs;
        this.overlays = List.copyOf(overlays);
        this.launch = launch;
        this.identity = identity;
    }

    /**
     * How an image calls itself; in no PCR.
     *
     * @param name such as {@code digits}
     * @param version such as {@code 1.0}
     * @param buildTime also the modification time of every file of the application's ramdisk, which is measured
     * @param toolVersion of this program
     */
    public record Identity(String name, String version, Instant buildTime, String toolVersion) {}

    /** Looks at the finished tree, whose contents can be read then. */
    public interface Inspector {
        void inspect(FileTree tree) throws IOException, FormatException;
    }

    /** Writes the image without anybody looking on. */
    public Built build(Path image, Consumer<Warning> warnings) throws IOException, FormatException {
        return build(image, warnings, tree -> {});
    }

    /**
     * What came out.
     *
     * @param measurements the registers it boots with
     * @param layers what each source brought, in the order in which they were laid over each other
     * @param sourceLayers the layers of the container image that it was made of
     */
    public record Built(Measurements measurements, List<Contribution> layers, List<SourceLayer> sourceLayers) {}

    /**
     * Writes the image, in place of any file of that name, and only when it is complete.
     *
     * @param warnings told of each file that could not be carried over as it was
     * @throws FormatException when the parts do not make an image
     */
    public Built build(Path image, Consumer<Warning> warnings, Inspector inspector)
            throws IOException, FormatException {
        FileTree tree = tree(warnings);
        CpioArchive application = applicationRamdisk(tree, warnings);
        inspector.inspect(tree);
        List<Contribution> layers = tree.contributions();
        List<EifSection> sections = List.of(
                new EifSection(SectionType.KERNEL, blobs.kernel()),
                section(SectionType.CMDLINE, blobs.commandLine().getBytes(StandardCharsets.ISO_8859_1)),
                section(SectionType.METADATA, metadata(layers).encode()),
                new EifSection(SectionType.RAMDISK, bootRamdisk()),
                new EifSection(SectionType.RAMDISK, application));
        Path partial = image.resolveSibling("." + image.getFileName() + "." + UUID.randomUUID() + ".part");
        partial.toFile().deleteOnExit();
        try {
            Measurements measurements;
            try (FileChannel out = FileChannel.open(partial, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                measurements = EifWriter.write(out, EifHeader.of(blobs.architecture()), sections);
            }
            Files.move(partial, image, StandardCopyOption.ATOMIC_MOVE);
            return new Built(measurements, layers, rootfs.layers());
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /** {@code dev}, {@code init} and {@code nsm.ko}, to the byte as AWS's builder lays them out. */
    private CpioArchive bootRamdisk() throws FormatException {
        List<CpioEntry> entries = new ArrayList<>();
        entries.add(CpioEntry.directory(ImagePath.of("dev"), 0755, 0, 0));
        entries.add(CpioEntry.file(ImagePath.of("init"), 0755, 0, 0, blobs.init()));
        blobs.nsm().ifPresent(nsm -> entries.add(CpioEntry.file(ImagePath.of("nsm.ko"), 0755, 0, 0, nsm)));
        return new CpioArchive(entries, BOOT_TIME);
    }

    /** The root filesystem with all that is laid over it. */
    private FileTree tree(Consumer<Warning> warnings) throws IOException, FormatException {
        FileTree tree = new FileTree();
        rootfs.addTo(tree, warnings);
        tree.begin(Origin.OWN);
        Conventions.apply(tree, warnings);
        for (Overlay overlay : overlays) {
            tree.begin(overlay.origin());
            overlay.applyTo(tree, warnings);
        }
        for (Map.Entry<ImagePath, Integer> mode : modes.entrySet()) {
            tree.setPermissions(mode.getKey(), mode.getValue());
        }
        return tree;
    }

    /** {@code cmd}, {@code env} and the root filesystem below {@code rootfs/}. */
    private CpioArchive applicationRamdisk(FileTree tree, Consumer<Warning> warnings)
            throws IOException, FormatException {
        tree.begin(Origin.OWN);
        Launch started = launch.resolve(tree, rootfs.config(), blobs.architecture(), warnings);
        List<CpioEntry> entries = new ArrayList<>();
        entries.add(CpioEntry.file(ImagePath.of("cmd"), 0644, 0, 0, Content.of(started.command())));
        entries.add(CpioEntry.file(ImagePath.of("env"), 0644, 0, 0, Content.of(started.variables())));
        entries.add(CpioEntry.directory(ROOTFS, 0755, 0, 0));
        entries.addAll(tree.entriesBelow(ROOTFS));
        return new CpioArchive(entries, identity.buildTime().getEpochSecond());
    }

    private EifMetadata metadata(List<Contribution> layers) {
        return EifMetadata.of(
                        identity.name(),
                        identity.version(),
                        identity.buildTime(),
                        identity.toolVersion(),
                        blobs.operatingSystem(),
                        blobs.kernelVersion())
                .withLayers(Layers.json(layers));
    }

    private static EifSection section(SectionType type, byte[] data) {
        return new EifSection(type, Content.of(data));
    }
}
