package dev.cloister.image.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.file.Content;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileTreeTest {
    private static final Node FILE = new Node.RegularFile(0644, 0, 0, Content.of(new byte[1]));
    private static final Node OTHER = new Node.RegularFile(0600, 0, 0, Content.of(new byte[2]));
    private static final Node DIRECTORY = new Node.Directory(0700, 0, 0);

    private final FileTree tree = new FileTree();
    private final List<String> warnings = new ArrayList<>();

    @Test
    void conventions_dropWhatBelongsToTheBuildMachineAndSaySo() throws Exception {
        for (String path : List.of(
                "dev/null",
                "dev/pts/0",
                "boot/vmlinuz",
                ".dockerenv",
                "etc/hostname",
                "etc/hosts",
                "etc/passwd",
                "device")) {
            tree.add(ImagePath.of(path), FILE);
        }
        tree.add(ImagePath.of("tmp"), DIRECTORY);
        Conventions.apply(tree, warning -> warnings.add(warning.toString()));
        assertThat(paths())
                .containsExactly(
                        "r/boot",
                        "r/dev",
                        "r/device",
                        "r/etc",
                        "r/etc/hosts",
                        "r/etc/passwd",
                        "r/proc",
                        "r/run",
                        "r/sys",
                        "r/tmp",
                        "r/var");
        assertThat(warnings)
                .containsExactly(
                        "'dev': 3 files below left out, of no use in an enclave",
                        "'boot': 1 files below left out, of no use in an enclave",
                        "'.dockerenv': left out, it belongs to the machine that made the tree",
                        "'etc/hostname': left out, it belongs to the machine that made the tree");
        assertThat(tree.get(ImagePath.of("tmp"))).isEqualTo(DIRECTORY);
        assertThat(tree.get(ImagePath.of("etc/hosts"))).isNotEqualTo(FILE);
    }

    @Test
    void overlayOnFile_replacesIt() throws Exception {
        tree.add(ImagePath.of("a/b"), FILE);
        tree.overlay(ImagePath.of("a/b"), OTHER);
        assertThat(tree.get(ImagePath.of("a/b"))).isEqualTo(OTHER);
    }

    @Test
    void overlayDirectoryOnDirectory_keepsTheFirst() throws Exception {
        tree.add(ImagePath.of("a"), DIRECTORY);
        tree.overlay(ImagePath.of("a"), Node.Directory.DEFAULT);
        assertThat(tree.get(ImagePath.of("a"))).isEqualTo(DIRECTORY);
    }

    @Test
    void overlayThroughSymbolicLink_isRefused() throws Exception {
        tree.add(ImagePath.of("lib"), new Node.SymbolicLink("usr/lib", 0, 0));
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> tree.overlay(ImagePath.of("lib/x"), FILE))
                .withMessageContaining("'lib/x' lies below 'lib', which is a symbolic link");
    }

    @Test
    void overlayDirectoryOnSymbolicLink_isRefused() throws Exception {
        tree.add(ImagePath.of("lib"), new Node.SymbolicLink("usr/lib", 0, 0));
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> tree.overlay(ImagePath.of("lib"), DIRECTORY))
                .withMessageContaining("'lib' is no directory");
    }

    @Test
    void overlayFileOnDirectory_isRefused() throws Exception {
        tree.add(ImagePath.of("lib"), DIRECTORY);
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> tree.overlay(ImagePath.of("lib"), FILE))
                .withMessageContaining("'lib' is a directory");
    }

    @Test
    void order_isThatOfBytes() throws Exception {
        for (String path : List.of("b", "a/c", "a-b", "é", "z")) {
            tree.add(ImagePath.of(path), FILE);
        }
        assertThat(paths()).containsExactly("r/a", "r/a-b", "r/a/c", "r/b", "r/z", "r/é");
    }

    private List<String> paths() {
        return tree.entriesBelow(ImagePath.of("r")).stream()
                .map(CpioEntry::path)
                .map(ImagePath::toString)
                .toList();
    }
}
