package dev.cloister.image.container;

import dev.cloister.image.eif.Architecture;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.rootfs.ContainerConfig;
import dev.cloister.image.rootfs.FileTree;
import dev.cloister.image.rootfs.Origin;
import dev.cloister.image.rootfs.RootfsSource;
import dev.cloister.image.rootfs.SourceLayer;
import dev.cloister.image.rootfs.Spool;
import dev.cloister.image.rootfs.TarLayer;
import dev.cloister.image.rootfs.Warning;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The layers of a container image, one over the other. Nothing of a layer is used before both of its digests are right:
 * that of its stored bytes and that of its contents.
 */
public final class ContainerSource implements RootfsSource {
    private final ImageStore store;
    private final Spool spool;
    private final ContainerImage image;
    private final List<SourceLayer> added = new ArrayList<>();

    private ContainerSource(ImageStore store, Spool spool, ContainerImage image) {
        this.store = store;
        this.spool = spool;
        this.image = image;
    }

    /** Finds the image in a store; closes both when there is none. */
    static ContainerSource open(ImageStore store, Spool spool, Architecture architecture)
            throws IOException, FormatException {
        try {
            ContainerImage image = store.find(OciLayout.MARKER).isPresent()
                    ? new OciLayout(store, architecture).read()
                    : new DockerArchive(store, architecture).read();
            return new ContainerSource(store, spool, image);
        } catch (IOException | FormatException | RuntimeException e) {
            try (store) {
                spool.close();
            }
            throw e;
        }
    }

    @Override
    public void addTo(FileTree tree, Consumer<Warning> warnings) throws IOException, FormatException {
        List<Layer> layers = image.layers();
        added.clear();
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            tree.begin(new Origin("layer " + (i + 1) + (layer.history().isEmpty() ? "" : ": " + layer.history())));
            FileRegion contents = verified(i + 1, layer);
            added.add(new SourceLayer(layer.contents().toString(), contents.size()));
            new TarLayer(contents, true).addTo(tree, warnings);
        }
    }

    private FileRegion verified(int number, Layer layer) throws IOException, FormatException {
        FileRegion archive = layer.archive();
        if (layer.digest().isPresent()
                && !Digest.of(archive).equals(layer.digest().get())) {
            throw new FormatException("container image: layer " + number + " is not what its digest "
                    + layer.digest().get() + " says");
        }
        MessageDigest running = Digest.algorithm();
        FileRegion contents = spool.decompress("layer " + number, archive, running);
        Digest digest = contents.equals(archive) ? Digest.of(archive) : Digest.finish(running);
        if (!digest.equals(layer.contents())) {
            throw new FormatException("container image: the contents of layer " + number + " are not what the digest "
                    + layer.contents() + " of the configuration says");
        }
        return contents;
    }

    @Override
    public Optional<ContainerConfig> config() {
        return Optional.of(image.config());
    }

    /** The digest of the image's configuration, {@code sha256:…}. */
    public String id() {
        return image.digest().toString();
    }

    @Override
    public List<SourceLayer> layers() {
        return List.copyOf(added);
    }

    @Override
    public void close() throws IOException {
        try (store) {
            spool.close();
        }
    }
}
