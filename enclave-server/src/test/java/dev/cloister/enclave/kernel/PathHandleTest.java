package dev.cloister.enclave.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cloister.protocol.libc.Libc;
import dev.cloister.protocol.libc.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PathHandleTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void fill() throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        Files.writeString(folder.resolve("sub/file"), "content");
        Files.createSymbolicLink(folder.resolve("link"), Path.of("sub"));
    }

    @Test
    void handle_staysWithItsFileWhateverIsRenamed() throws IOException {
        try (PathHandle top = PathHandle.open(folder);
                PathHandle sub = top.child("sub");
                PathHandle file = sub.child("file")) {
            Files.move(folder.resolve("sub"), folder.resolve("moved"));
            Files.createDirectory(folder.resolve("sub"));
            assertThat(sub.isDirectory()).isTrue();
            assertThat(file.isRegularFile()).isTrue();
            assertThat(Files.readString(file.path())).isEqualTo("content");
        }
    }

    @Test
    void symbolicLink_isNeitherFileNorDirectoryAndLeadsNowhere() throws IOException {
        try (PathHandle top = PathHandle.open(folder);
                PathHandle link = top.child("link")) {
            assertThat(link.isDirectory()).isFalse();
            assertThat(link.isRegularFile()).isFalse();
            assertThatThrownBy(() -> link.child("file")).isInstanceOf(SystemCallException.class);
        }
    }

    @Test
    void missingEntry_isEnoent() throws IOException {
        try (PathHandle top = PathHandle.open(folder)) {
            assertThat(catchThrowableOfType(SystemCallException.class, () -> top.child("none"))
                            .errno())
                    .isEqualTo(Libc.ENOENT);
        }
    }

    @Test
    void namesThatAreNoEntries_areRefused() throws IOException {
        try (PathHandle top = PathHandle.open(folder)) {
            for (String name : new String[] {"", ".", "..", "sub/file", "/"}) {
                assertThatThrownBy(() -> top.child(name)).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void closingTwice_doesNoHarm() throws IOException {
        PathHandle handle = PathHandle.open(folder);
        handle.close();
        handle.close();
        assertThat(Files.exists(folder)).isTrue();
    }
}
