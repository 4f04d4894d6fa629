package dev.cloister.image.container;

import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** An OCI layout in a folder of this machine. */
final class FolderStore implements ImageStore {
    private final Path folder;
    private final Map<String, FileRegion> opened = new HashMap<>();

    FolderStore(Path folder) {
        this.folder = folder;
    }

    @Override
    public Optional<FileRegion> find(String name) throws IOException, FormatException {
        FileRegion known = opened.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        // No name of an image leads out of its folder.
        Path file = folder.resolve(ImagePath.read("container image", name).latin1());
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        FileRegion region = new FileRegion(channel, 0, channel.size());
        opened.put(name, region);
        return Optional.of(region);
    }

    @Override
    public void close() throws IOException {
        for (FileRegion region : opened.values()) {
            region.channel().close();
        }
    }
}
