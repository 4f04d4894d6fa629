package dev.cloister.envelope.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NoSpaceExceptionTest {
    @TempDir
    Path temp;

    @Test
    void writeToAFullDevice_isNoSpace() {
        IOException failure =
                catchThrowableOfType(IOException.class, () -> Files.write(Path.of("/dev/full"), new byte[1]));
        assertThat(NoSpaceException.meaningOf(failure, temp))
                .isInstanceOf(NoSpaceException.class)
                .hasCause(failure);
    }

    @Test
    void otherFailure_staysWhatItIs() {
        IOException failure = new NoSuchFileException("x");
        assertThat(NoSpaceException.meaningOf(failure, temp)).isSameAs(failure);
    }
}
