package dev.cloister.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.envelope.archive.ArchiveLimits;
import dev.cloister.envelope.archive.SourceTree;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What depends on how the Java runtime was started: a small heap, and a locale that knows only ASCII. */
@Timeout(180)
final class ChildJvmTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path temp;

    private Path source;

    @BeforeEach
    void makeSource() throws IOException {
        source = Files.createDirectory(temp.resolve("source"));
    }

    /** A sixteenth of the promised 2 GiB in 256 MiB, in less than a sixteenth of the heap. */
    @Test
    void largePackage_needsConstantMemory() throws IOException, InterruptedException {
        try (RandomAccessFile sparse =
                new RandomAccessFile(source.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(192 * MIB);
        }
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(source.resolve("incompressible")))) {
            Random random = new Random(3);
            byte[] chunk = new byte[(int) MIB];
            for (int i = 0; i < 64; i++) {
                random.nextBytes(chunk);
                out.write(chunk);
            }
        }
        assertThat(runChild("C.UTF-8", "-Xmx16m")).isEqualTo("2 entries, 268435456 bytes");
        assertThat(Files.mismatch(source.resolve("incompressible"), target().resolve("incompressible")))
                .isEqualTo(-1);
        assertThat(target().resolve("sparse")).hasSize(192 * MIB);
    }

    @Test
    void namesOutsideAscii_surviveAnAsciiLocale() throws IOException, InterruptedException {
        // By URI, as the test itself may run in such a locale.
        Path file = Path.of(URI.create(source.toUri() + "m%C3%B6del%F0%9F%98%80"));
        Files.writeString(file, "x");
        Files.createSymbolicLink(Path.of(URI.create(source.toUri() + "%C3%A9")), file.getFileName());
        assertThat(runChild("C", "-Xmx64m")).isEqualTo("2 entries, 1 bytes");
        Path link = Path.of(URI.create(target().toUri() + "%C3%A9"));
        assertThat(Files.readSymbolicLink(link)).isEqualTo(file.getFileName());
        assertThat(Files.readString(link)).isEqualTo("x");
    }

    private Path target() {
        return temp.resolve("target");
    }

    private String runChild(String locale, String heap) throws IOException, InterruptedException {
        Files.createDirectory(target());
        Path output = temp.resolve("output");
        ProcessBuilder child = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                RoundTrip.class.getName(),
                source.toString(),
                temp.resolve("package").toString(),
                target().toString()));
        child.environment().put("LC_ALL", locale);
        child.redirectErrorStream(true).redirectOutput(output.toFile());
        int status = child.start().waitFor();
        String text = Files.readString(output, StandardCharsets.UTF_8).strip();
        assertThat(status).as(text).isZero();
        return text;
    }

    /** The child: packages the first argument into the second and unpacks that into the third. */
    static final class RoundTrip {
        private RoundTrip() {}

        public static void main(String[] args) throws IOException {
            try (OutputStream out = Files.newOutputStream(Path.of(args[1]))) {
                SourceTree tree = SourceTree.scan(Path.of(args[0]));
                EnvelopeWriter.write(Fixtures.HEADER, Fixtures.key(1), tree, out, n -> {});
            }
            try (InputStream in = Files.newInputStream(Path.of(args[1]))) {
                var summary =
                        Envelope.open(in).unpack(Fixtures.key(1), Path.of(args[2]), new ArchiveLimits(10, 1L << 40));
                System.out.println(summary.entries() + " entries, " + summary.bytes() + " bytes");
            }
        }
    }
}
