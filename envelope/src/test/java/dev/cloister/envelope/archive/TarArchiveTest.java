package dev.cloister.envelope.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trees to tar and back, docs/format/envelope-v1.md sections 4.2 to 4.5; hostile archives have their own test. */
final class TarArchiveTest {
    private static final ArchiveLimits LIMITS = new ArchiveLimits(100, 1 << 20);
    private static final String LONG = "n".repeat(200);

    @TempDir
    Path temp;

    @Test
    void tree_roundTrips() throws IOException {
        Path source = sampleTree(Files.createDirectory(temp.resolve("a")), false);
        byte[] tar = tar(source);
        Path target = Files.createDirectory(temp.resolve("b"));
        ArchiveSummary summary = TarArchive.unpack(new ByteArrayInputStream(tar), target, LIMITS);
        assertThat(listing(target)).isEqualTo(listing(source));
        assertThat(summary).isEqualTo(SourceTree.scan(source).summary());
        assertThat(tar(target)).isEqualTo(tar);
    }

    @Test
    void sameTreeMadeInAnotherOrder_givesTheSameBytes() throws IOException {
        Path one = sampleTree(Files.createDirectory(temp.resolve("a")), false);
        Path other = sampleTree(Files.createDirectory(temp.resolve("b")), true);
        assertThat(tar(one)).isEqualTo(tar(other));
    }

    @Test
    void archive_isReadTheSameByAnotherImplementation() throws IOException {
        Path source = sampleTree(Files.createDirectory(temp.resolve("a")), false);
        List<String> names = new ArrayList<>();
        try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(tar(source)), "UTF-8")) {
            TarArchiveEntry entry;
            while ((entry = in.getNextEntry()) != null) {
                String octal = Integer.toOctalString(entry.getMode());
                names.add(entry.getName() + " " + octal + " " + entry.getSize() + " " + entry.getLinkName());
                assertThat(entry.getLastModifiedTime()).isEqualTo(FileTime.fromMillis(0));
                assertThat(entry.getLongUserId() + entry.getLongGroupId()).isZero();
                assertThat(entry.getUserName() + entry.getGroupName()).isEmpty();
            }
        }
        // "a-b" before "a/": a directory sorts with its slash.
        assertThat(names)
                .containsExactly(
                        "a-b 644 0 ",
                        "a/ 755 0 ",
                        "a/" + LONG + "/ 755 0 ",
                        "a/" + LONG + "/" + LONG + " 644 5 ",
                        "a/up 777 0 ../main.py",
                        "empty/ 755 0 ",
                        "main.py 644 3000 ",
                        "run 755 512 ",
                        "\u00e4\ud83d\ude00 644 1 ",
                        "\u00e9 777 0 \u00e4\ud83d\ude00");
    }

    @Test
    void hardLinks_areWrittenAsCopies() throws IOException {
        Path source = Files.createDirectory(temp.resolve("a"));
        Files.writeString(source.resolve("one"), "same");
        Files.createLink(source.resolve("two"), source.resolve("one"));
        Path target = Files.createDirectory(temp.resolve("b"));
        TarArchive.unpack(new ByteArrayInputStream(tar(source)), target, LIMITS);
        assertThat(target.resolve("two")).hasContent("same");
    }

    @Test
    void dotComponentsOfALink_areDropped() throws IOException {
        Path source = Files.createDirectory(temp.resolve("a"));
        Files.writeString(source.resolve("file"), "x");
        Files.createSymbolicLink(source.resolve("link"), Path.of("././file"));
        Path target = Files.createDirectory(temp.resolve("b"));
        TarArchive.unpack(new ByteArrayInputStream(tar(source)), target, LIMITS);
        assertThat(Files.readSymbolicLink(target.resolve("link"))).hasToString("file");
    }

    @Test
    void fileLargerThanOctalFieldHolds_getsAPaxSize() throws IOException {
        long size = TarBlock.MAX_OCTAL_SIZE + 1;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new TarWriter(out).header(new Entry.RegularFile("huge", size, false));
        assertThat(new TarReader(new ByteArrayInputStream(out.toByteArray())).next())
                .isEqualTo(new Entry.RegularFile("huge", size, false));
    }

    @Test
    void fileThatGrewOrShrank_fails() throws IOException {
        for (String now : List.of("longer than before", "s")) {
            Path source = Files.createTempDirectory(temp, "tree");
            Path file = Files.writeString(source.resolve("file"), "before");
            assertThatThrownBy(() -> TarArchive.write(
                            SourceTree.scan(source), new ByteArrayOutputStream(), n -> overwrite(file, now)))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageContaining("changed while it was read");
        }
    }

    @Test
    void directoryThatIsNotEmpty_isRefusedAndLeftAlone() throws IOException {
        Path target = Files.createDirectory(temp.resolve("b"));
        Files.writeString(target.resolve("mine"), "x");
        byte[] tar = tar(sampleTree(Files.createDirectory(temp.resolve("a")), false));
        assertThatThrownBy(() -> TarArchive.unpack(new ByteArrayInputStream(tar), target, LIMITS))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("not empty");
        assertThat(target.resolve("mine")).hasContent("x");
    }

    @Test
    void missingDirectory_isNotCreated() {
        Path missing = temp.resolve("missing");
        assertThatThrownBy(() -> TarArchive.unpack(new ByteArrayInputStream(new byte[1024]), missing, LIMITS))
                .isInstanceOf(IOException.class);
        assertThat(missing).doesNotExist();
        assertThatThrownBy(() -> SourceTree.scan(missing)).isInstanceOf(IOException.class);
    }

    private static void overwrite(Path file, String content) {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Path sampleTree(Path root, boolean reversed) throws IOException {
        List<Step> steps = new ArrayList<>(List.of(
                () -> write(root.resolve("main.py"), 3000),
                () -> write(root.resolve("a-b"), 0),
                () -> Files.setPosixFilePermissions(
                        write(root.resolve("run"), 512), PosixFilePermissions.fromString("rwx------")),
                () -> write(root.resolve("a/" + LONG + "/" + LONG), 5),
                () -> Files.createSymbolicLink(
                        Files.createDirectories(root.resolve("a")).resolve("up"), Path.of("..", "main.py")),
                () -> Files.createDirectory(root.resolve("empty")),
                () -> write(root.resolve(PathNames.component("\u00e4\ud83d\ude00")), 1),
                () -> Files.createSymbolicLink(
                        root.resolve(PathNames.component("\u00e9")), PathNames.component("\u00e4\ud83d\ude00"))));
        for (Step step : reversed ? steps.reversed() : steps) {
            step.run();
        }
        return root;
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private static Path write(Path path, int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        Files.createDirectories(path.getParent());
        return Files.write(path, bytes);
    }

    private static byte[] tar(Path source) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarArchive.write(SourceTree.scan(source), out, n -> {});
        return out.toByteArray();
    }

    private static List<String> listing(Path root) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted().toList()) {
                String line = root.relativize(path) + " " + Files.isExecutable(path);
                if (Files.isSymbolicLink(path)) {
                    line += " -> " + Files.readSymbolicLink(path);
                } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    line += " " + new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
                } else if (!Files.exists(path)) {
                    throw new NoSuchFileException(path.toString());
                }
                lines.add(line);
            }
        }
        return lines;
    }
}
