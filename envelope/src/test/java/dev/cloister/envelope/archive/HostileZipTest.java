package dev.cloister.envelope.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The zip inside the AWS sample's packages, docs/format/envelope-v1.md section 5.3, and the ways it attacks. */
final class HostileZipTest {
    private static final ArchiveLimits LIMITS = new ArchiveLimits(20, 1 << 20);

    @TempDir
    Path temp;

    private Path target;

    @BeforeEach
    void makeTarget() throws IOException {
        target = Files.createDirectory(temp.resolve("target"));
    }

    @Test
    void plainZip_isUnpacked() throws IOException {
        byte[] zip = zip(out -> {
            entry(out, "main.py", "print()");
            entry(out, "late/deep/file", "x");
            entry(out, "late/", "");
            entry(out, "first/", "");
            entry(out, "first/\u00e4", "y");
        });
        ArchiveSummary summary = ZipArchive.unpack(new ByteArrayInputStream(zip), target, LIMITS);
        assertThat(summary).isEqualTo(new ArchiveSummary(6, 9));
        assertThat(target.resolve("main.py")).hasContent("print()");
        assertThat(target.resolve("late/deep/file")).hasContent("x");
        assertThat(target.resolve("first").resolve(PathNames.component("\u00e4")))
                .hasContent("y");
        assertThat(Files.isExecutable(target.resolve("main.py"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/etc/x, absolute",
        "../x, its name contains ..",
        "d/../../x, its name contains ..",
        "../, its name contains ..",
        "d//x, empty component",
        "./x, empty component",
        "/, empty component",
    })
    void hostileName_isRefused(String name, String fault) {
        assertRefused(zip(out -> entry(out, name, "")), fault);
    }

    @Test
    void nulInName_isRefused() {
        assertRefused(zip(out -> entry(out, "a\0b", "")), "NUL");
    }

    @Test
    void nameTwice_isRefused() {
        byte[] zip = zip(out -> {
            entry(out, "x1", "");
            entry(out, "x2", "");
        });
        String latin = new String(zip, StandardCharsets.ISO_8859_1).replace("x2", "x1");
        assertRefused(latin.getBytes(StandardCharsets.ISO_8859_1), "its name came before");
    }

    @Test
    void entryUnderAFile_isRefused() {
        assertRefused(
                zip(out -> {
                    entry(out, "f", "");
                    entry(out, "f/x", "");
                }),
                "its name came before");
    }

    @Test
    void tooManyEntries_areRefused() {
        assertRefused(
                zip(out -> {
                    for (int i = 0; i < 21; i++) {
                        entry(out, "x" + i, "");
                    }
                }),
                "more than 20 entries");
    }

    @Test
    void manyParentsOfOneEntry_countAsEntries() {
        assertRefused(zip(out -> entry(out, "d/".repeat(30) + "x", "")), "more than 20 entries");
    }

    @Test
    void bombThatSaysNothingOfItsSize_isStopped() {
        assertRefused(zip(out -> entry(out, "bomb", "0".repeat(10 << 20))), "more than 1048576 bytes");
    }

    @Test
    void encryptedEntry_isRefused() {
        byte[] zip = zip(out -> entry(out, "x", "y"));
        zip[6] |= 1;
        assertRefused(zip, "malformed");
    }

    @Test
    void contentThatDoesNotMatchItsChecksum_isRefused() {
        byte[] zip = zip(out -> entry(out, "x", "yyyyyyyy"));
        int descriptor = new String(zip, StandardCharsets.ISO_8859_1).indexOf("PK\7\b");
        zip[descriptor + 4] ^= 1;
        assertRefused(zip, "malformed");
    }

    @Test
    void notAZip_isRefused() {
        assertRefused(new byte[0], "no entries");
        assertRefused(new byte[100], "no entries");
        byte[] zip = zip(out -> entry(out, "x", "yyyyyyyy"));
        assertRefused(Arrays.copyOf(zip, 35), "malformed");
    }

    @FunctionalInterface
    private interface Filling {
        void into(ZipOutputStream out) throws IOException;
    }

    private static byte[] zip(Filling filling) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            filling.into(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void entry(ZipOutputStream out, String name, String content) throws IOException {
        out.putNextEntry(new ZipEntry(name));
        out.write(content.getBytes(StandardCharsets.UTF_8));
    }

    private void assertRefused(byte[] zip, String fault) {
        assertThatThrownBy(() -> ZipArchive.unpack(new ByteArrayInputStream(zip), target, LIMITS))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining(fault);
        try (Stream<Path> left = Files.list(target)) {
            assertThat(left).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
