package dev.cloister.image.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Whatever a layer holds, compressed or not, it is read or refused by name, and nothing in it leaves the tree. */
class TarFuzzTest {
    @FuzzTest
    @SuppressWarnings("EmptyCatch") // Refusing is one of the two right outcomes.
    void layer_isReadOrRefused(byte[] layer) throws IOException {
        Path file = Files.createTempFile("fuzz", ".tar");
        try (FileChannel channel = FileChannel.open(
                        Files.write(file, layer), StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
                Spool spool = new Spool(file.toAbsolutePath().resolveSibling(""), 64 << 20)) {
            FileTree tree = new FileTree();
            tree.begin(new Origin("below"));
            tree.add(ImagePath.of("a/b"), new Node.SymbolicLink("../..", 0, 0));
            tree.begin(new Origin("layer"));
            FileRegion archive = spool.decompress("tar", new FileRegion(channel, 0, layer.length), null);
            new TarLayer(archive, true).addTo(tree, warning -> {});
            tree.forEach(
                    (path, node) -> assertThat(!path.hasParent() || tree.get(path.parent()) instanceof Node.Directory)
                            .isTrue());
        } catch (FormatException refused) {
        }
    }
}
