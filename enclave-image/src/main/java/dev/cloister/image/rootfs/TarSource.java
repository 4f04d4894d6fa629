package dev.cloister.image.rootfs;

import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.function.Consumer;

/** A tar archive of a whole root filesystem, as mmdebstrap writes it; plain, or compressed with gzip or zstd. */
public final class TarSource implements RootfsSource {
    private static final Origin ORIGIN = new Origin("rootfs");

    private final FileChannel channel;
    private final FileRegion archive;
    private final Spool spool;

    /**
     * Takes over an open archive.
     *
     * @param channel closed with this
     * @param archive without compression, in the channel or in the spool
     * @param spool closed with this
     */
    public TarSource(FileChannel channel, FileRegion archive, Spool spool) {
        this.channel = channel;
        this.archive = archive;
        this.spool = spool;
    }

    @Override
    public void addTo(FileTree tree, Consumer<Warning> warnings) throws IOException, FormatException {
        tree.begin(ORIGIN);
        new TarLayer(archive, false).addTo(tree, warnings);
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            spool.close();
        }
    }
}
