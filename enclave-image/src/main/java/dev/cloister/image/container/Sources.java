package dev.cloister.image.container;

import dev.cloister.image.eif.Architecture;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.DirectorySource;
import dev.cloister.image.rootfs.DirectorySource.Permissions;
import dev.cloister.image.rootfs.RootfsSource;
import dev.cloister.image.rootfs.Spool;
import dev.cloister.image.rootfs.TarIndex;
import dev.cloister.image.rootfs.TarSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Tells what kind of root filesystem a path names, by what lies there and never by its name. */
public final class Sources {
    private Sources() {}

    /**
     * Opens a directory, a tar archive, an OCI layout or archive, or an archive of {@code docker save}.
     *
     * @param architecture which image of several platforms
     * @param scratch a folder with room for what compressed archives hold
     * @throws FormatException when it is a container image that breaks a rule
     */
    public static RootfsSource open(Path path, Architecture architecture, Path scratch)
            throws IOException, FormatException {
        if (Files.isDirectory(path)) {
            return Files.isRegularFile(path.resolve(OciLayout.MARKER)) && Files.exists(path.resolve("index.json"))
                    ? ContainerSource.open(new FolderStore(path), new Spool(scratch), architecture)
                    : new DirectorySource(path, Permissions.AS_FOUND);
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        Spool spool = new Spool(scratch);
        try {
            FileRegion archive = spool.decompress("tar", new FileRegion(channel, 0, channel.size()), null);
            if (!isContainerImage(archive)) {
                return new TarSource(channel, archive, spool);
            }
            return ContainerSource.open(new ArchiveStore(channel, new TarIndex(archive)), spool, architecture);
        } catch (IOException | FormatException | RuntimeException e) {
            try (channel) {
                spool.close();
            }
            throw e;
        }
    }

    private static boolean isContainerImage(FileRegion archive) throws IOException, FormatException {
        return TarIndex.holdsAny(archive, ImagePath.of(OciLayout.MARKER), ImagePath.of(DockerArchive.MANIFEST));
    }
}
