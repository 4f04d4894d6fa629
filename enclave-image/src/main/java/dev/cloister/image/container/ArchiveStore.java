package dev.cloister.image.container;

import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.TarIndex;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Optional;

/** A container image in one archive. */
final class ArchiveStore implements ImageStore {
    private final FileChannel channel;
    private final TarIndex index;

    /**
     * Takes over an open archive.
     *
     * @param channel closed with this
     */
    ArchiveStore(FileChannel channel, TarIndex index) {
        this.channel = channel;
        this.index = index;
    }

    @Override
    public Optional<FileRegion> find(String name) throws FormatException {
        return Optional.ofNullable(index.find(ImagePath.read("container image", name)));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
