package dev.cloister.image.container;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.cloister.image.eif.Architecture;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.rootfs.RootfsSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Whatever an image's documents say, they are read or refused by name. */
class ContainerFuzzTest {
    /** Gives the fuzzer's bytes as every document that is asked for by a fixed name. */
    private record OneDocument(String name, FileRegion document, FileRegion marker) implements ImageStore {
        @Override
        public Optional<FileRegion> find(String asked) {
            if (asked.equals(OciLayout.MARKER)) {
                return name.equals(OciLayout.MARKER) ? Optional.of(marker) : Optional.empty();
            }
            return Optional.of(document);
        }

        @Override
        public void close() {}
    }

    @FuzzTest
    @SuppressWarnings("EmptyCatch") // Refusing is one of the two right outcomes.
    void documents_areReadOrRefused(byte[] json) throws IOException {
        byte[] marker = "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);
        Path file = Files.createTempFile("fuzz", ".json");
        byte[] all = new byte[json.length + marker.length];
        System.arraycopy(json, 0, all, 0, json.length);
        System.arraycopy(marker, 0, all, json.length, marker.length);
        try (FileChannel channel =
                FileChannel.open(Files.write(file, all), StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE)) {
            FileRegion document = new FileRegion(channel, 0, json.length);
            FileRegion version = new FileRegion(channel, json.length, marker.length);
            for (String kind : new String[] {OciLayout.MARKER, DockerArchive.MANIFEST}) {
                ImageStore store = new OneDocument(kind, document, version);
                try {
                    if (kind.equals(OciLayout.MARKER)) {
                        new OciLayout(store, Architecture.X86_64).read();
                    } else {
                        new DockerArchive(store, Architecture.X86_64).read();
                    }
                } catch (FormatException refused) {
                }
            }
            try {
                ConfigReader config = new ConfigReader(Json.read("config", document));
                config.config();
                config.history(config.contents().size());
            } catch (FormatException refused) {
            }
        }
    }

    @FuzzTest
    @SuppressWarnings("EmptyCatch") // Refusing is one of the two right outcomes.
    void archive_isReadOrRefused(byte[] archive) throws IOException {
        Path file = Files.createTempFile("fuzz", ".tar");
        try (RootfsSource source = Sources.open(
                Files.write(file, archive),
                Architecture.X86_64,
                file.toAbsolutePath().resolveSibling(""))) {
            source.config();
        } catch (FormatException refused) {
        } finally {
            Files.delete(file);
        }
    }
}
