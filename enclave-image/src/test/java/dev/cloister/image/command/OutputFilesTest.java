package dev.cloister.image.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.OutputFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFilesTest {
    @TempDir
    Path folder;

    @Test
    void keptFiles_areAtTheirPlaces() throws Exception {
        try (OutputFiles files = new OutputFiles()) {
            write(files.add(folder.resolve("one")));
            write(files.add(folder.resolve("two")));
            assertThat(folder.resolve("one")).doesNotExist();
            files.keep();
        }
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
        assertThat(folder.resolve("one")).hasContent("x");
        assertThat(folder.resolve("two")).hasContent("x");
    }

    @Test
    void filesThatAreNotKept_leaveNothing() throws Exception {
        try (OutputFiles files = new OutputFiles()) {
            write(files.add(folder.resolve("one")));
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void lastFileThatCannotBeMoved_takesTheOthersWithIt() throws Exception {
        Path taken = folder.resolve("taken");
        try (OutputFiles files = new OutputFiles()) {
            write(files.add(folder.resolve("one")));
            write(files.add(taken));
            Files.createDirectory(taken);
            assertThatThrownBy(files::keep).isInstanceOf(IOException.class);
        }
        assertThat(folder).isDirectoryNotContaining(file -> !file.equals(taken));
    }

    @Test
    void onePlaceTwice_isUsage() throws Exception {
        try (OutputFiles files = new OutputFiles()) {
            write(files.add(folder.resolve("one")));
            assertThatExceptionOfType(CommandException.class)
                    .isThrownBy(() -> files.add(folder.resolve("x/../one")))
                    .withMessageContaining("two outputs");
        }
    }

    private static void write(OutputFile file) throws IOException {
        try (OutputStream out = file.open()) {
            out.write('x');
        }
    }
}
