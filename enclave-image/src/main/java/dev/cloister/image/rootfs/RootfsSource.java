package dev.cloister.image.rootfs;

import dev.cloister.image.file.FormatException;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Where a root filesystem comes from. Must stay open until the image is written. */
public interface RootfsSource extends Closeable {
    /**
     * Adds every file that an image can carry.
     *
     * @param warnings told of each one that it cannot
     * @throws FormatException when the source breaks a rule of its format
     */
    void addTo(FileTree tree, Consumer<Warning> warnings) throws IOException, FormatException;

    /** The layers that were added, from the lowest up; only container images have any. */
    default List<SourceLayer> layers() {
        return List.of();
    }

    /** How it wants to be started; only container images say so. */
    default Optional<ContainerConfig> config() {
        return Optional.empty();
    }
}
