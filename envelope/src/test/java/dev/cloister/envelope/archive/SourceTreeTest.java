package dev.cloister.envelope.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may not go into a package, docs/format/envelope-v1.md sections 4.3 to 4.5. */
final class SourceTreeTest {
    @TempDir
    Path root;

    @BeforeEach
    void addAFile() throws IOException {
        Files.writeString(root.resolve("main.py"), "print()");
    }

    @Test
    void summary_countsEntriesAndBytes() throws IOException {
        Files.writeString(Files.createDirectory(root.resolve("d")).resolve("f"), "abc");
        assertThat(SourceTree.scan(root).summary()).isEqualTo(new ArchiveSummary(3, 10));
    }

    @Test
    void directoryWithoutFiles_isRefused() throws IOException {
        Files.delete(root.resolve("main.py"));
        Files.createDirectory(root.resolve("empty"));
        assertThatThrownBy(() -> SourceTree.scan(root))
                .isInstanceOf(ArchiveException.class)
                .hasMessage("nothing to encrypt in " + root);
    }

    @Test
    void pipe_isRefusedByName() throws IOException, InterruptedException {
        Path pipe = root.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertRefused(pipe, "it is a pipe");
    }

    @Test
    void socket_isRefusedByName() throws IOException {
        Path socket = root.resolve("socket");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            assertRefused(socket, "it is a socket");
        }
    }

    @Test
    void device_isRefusedByName() {
        assertThatThrownBy(() -> SourceTree.scan(Path.of("/dev")))
                .isInstanceOf(ArchiveException.class)
                .hasMessageStartingWith("cannot package /dev/");
    }

    @ParameterizedTest
    @CsvSource({
        "/etc/passwd, it is a link to an absolute path",
        ".., it is a link out of the tree",
        "../x, it is a link out of the tree",
        "d/../../x, its link target has .. after a name",
        "d/../main.py, its link target has .. after a name",
        "., its name or target has an empty component",
    })
    void linkOutOfTheTree_isRefusedByName(String target, String fault) throws IOException {
        Path link = root.resolve("link");
        Files.createSymbolicLink(link, Path.of(target));
        assertRefused(link, fault);
    }

    @Test
    void nameThatIsNotUtf8_isRefused() throws IOException {
        Files.createFile(Path.of(URI.create(root.toUri() + "%FF")));
        assertThatThrownBy(() -> SourceTree.scan(root))
                .isInstanceOf(ArchiveException.class)
                .hasMessageStartingWith("a file name is not UTF-8");
    }

    private void assertRefused(Path path, String fault) {
        assertThatThrownBy(() -> SourceTree.scan(root))
                .isInstanceOf(ArchiveException.class)
                .hasMessage("cannot package " + path + ": " + fault);
    }
}
