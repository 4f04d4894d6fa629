package dev.cloister.image.cpio;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Whatever an archive holds, it is read or refused by name. */
class CpioFuzzTest {
    @FuzzTest
    @SuppressWarnings("EmptyCatch") // Refusing is one of the two right outcomes.
    void archive_isReadOrRefused(byte[] archive) throws IOException {
        Path file = Files.createTempFile("fuzz", ".cpio");
        try (FileChannel channel = FileChannel.open(
                Files.write(file, archive), StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE)) {
            CpioReader reader = new CpioReader(new FileRegion(channel, 0, archive.length));
            for (CpioEntry entry = reader.next(); entry != null; entry = reader.next()) {
                if (entry.type() == CpioEntry.SYMLINK) {
                    CpioReader.target(entry);
                }
            }
        } catch (FormatException refused) {
        }
    }
}
