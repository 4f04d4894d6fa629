package dev.cloister.image.cpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cloister.image.Vectors;
import dev.cloister.image.eif.EifFile;
import dev.cloister.image.file.Content;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpioTest {
    @TempDir
    Path folder;

    @Test
    void ownArchive_isReadAsWritten() throws Exception {
        byte[] archive = bytes(sample());
        assertThat(archive.length % 512).isZero();
        List<String> read = new ArrayList<>();
        for (CpioEntry entry : read(archive)) {
            read.add(entry.path() + " " + Integer.toOctalString(entry.mode()) + " " + entry.uid() + ":" + entry.gid()
                    + " " + entry.data().size());
        }
        assertThat(read)
                .containsExactly("bin 40755 0:0 0", "bin/sh 120777 0:0 2", "bin/é 104755 1:2 5", "etc 41777 0:0 0");
    }

    /** The first ramdisk of AWS's builder, which linuxkit makes. */
    @Test
    void bootRamdiskOfVector_isWrittenBackTheSame() throws Exception {
        Path image = Vectors.folder("eif").resolve("two-ramdisks.eif");
        try (EifFile eif = EifFile.open(image)) {
            FileRegion ramdisk = eif.ramdisks().getFirst();
            CpioReader reader = new CpioReader(ramdisk);
            List<CpioEntry> entries = new ArrayList<>();
            for (CpioEntry entry = reader.next(); entry != null; entry = reader.next()) {
                entries.add(entry);
            }
            assertThat(bytes(new CpioArchive(entries, 1492533000))).isEqualTo(ramdisk.readAll(1 << 16));
        }
    }

    @Test
    void entriesOutOfOrder_areRefused() {
        List<CpioEntry> entries = List.of(directory("b"), directory("a"));
        assertThatIllegalArgumentException().isThrownBy(() -> new CpioArchive(entries, 0));
    }

    @Test
    void fileOf4GiB_isRefused() {
        Content huge = new Content() {
            @Override
            public long size() {
                return 1L << 32;
            }

            @Override
            public void writeTo(OutputStream out) {}
        };
        List<CpioEntry> entries = List.of(CpioEntry.file(ImagePath.of("huge"), 0644, 0, 0, huge));
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> new CpioArchive(entries, 0))
                .withMessageContaining("'huge'");
    }

    @Test
    void absoluteName_isRefused() throws Exception {
        renamed("/et", "absolute path");
    }

    @Test
    void nameWithParent_isRefused() throws Exception {
        renamed("../", "path with the part");
        renamed("b/..", "path with the part '..'");
    }

    @Test
    void nameWithDot_isRefused() throws Exception {
        renamed("./e", "path with the part '.'");
    }

    @Test
    void emptyNamePart_isRefused() throws Exception {
        renamed("a//b", "path with the part ''");
        renamed("ab/", "path with the part ''");
    }

    @Test
    void nulInName_isRefused() throws Exception {
        changed("etc\0", "e\0c\0", "does not end at its NUL");
    }

    @Test
    void nameWithoutNul_isRefused() throws Exception {
        changed("etc\0", "etcx", "does not end at its NUL");
    }

    @Test
    void wrongMagic_isRefused() throws Exception {
        changed("070701", "070702", "not an uncompressed newc archive");
    }

    @Test
    void compressedArchive_isRefused() throws Exception {
        changed("070701", "\u001f\u008b\u0008070", "not an uncompressed newc archive");
    }

    @Test
    void fieldThatIsNotHex_isRefused() throws Exception {
        changed("070701000002d1", "070701000002g1", "not a hex number");
    }

    @Test
    void hardLink_isRefused() throws Exception {
        byte[] archive = bytes(sample());
        // The link count is the fifth field of the second record.
        int record = ImagePath.latin1(archive).indexOf("070701", 6);
        archive[record + 6 + 4 * 8 + 7] = '2';
        refused(archive, "hard link");
    }

    @Test
    void dataInDirectory_isRefused() throws Exception {
        byte[] archive = bytes(sample());
        archive[6 + 6 * 8 + 7] = '4';
        refused(archive, "data in 'bin', which is no file");
    }

    @Test
    void sizeBeyondTheArchive_isRefused() throws Exception {
        byte[] archive = bytes(sample());
        Arrays.fill(archive, 6 + 6 * 8, 6 + 7 * 8, (byte) 'f');
        refused(archive, "cut off");
    }

    @Test
    void nameSizeBeyondTheLimit_isRefused() throws Exception {
        byte[] archive = bytes(sample());
        Arrays.fill(archive, 6 + 11 * 8, 6 + 12 * 8, (byte) 'f');
        refused(archive, "a name of 4294967295 bytes");
    }

    @Test
    void symbolicLinkWithoutTarget_isRefused() throws Exception {
        CpioEntry link = CpioEntry.symlink(ImagePath.of("link"), "", 0, 0);
        refused(bytes(new CpioArchive(List.of(link), 0)), "the target of the symbolic link 'link'");
    }

    @Test
    void dataAfterTrailer_isRefused() throws Exception {
        byte[] archive = bytes(sample());
        archive[archive.length - 1] = 1;
        refused(archive, "data after the trailer");
    }

    @Test
    void missingTrailer_isRefused() throws Exception {
        byte[] archive = bytes(sample());
        int trailer = ImagePath.latin1(archive).indexOf("TRAILER!!!") - CpioArchive.HEADER_SIZE;
        refused(Arrays.copyOf(archive, trailer), "cut off");
    }

    @Test
    void randomChanges_areReadOrRefused() throws Exception {
        byte[] whole = bytes(sample());
        Random random = new Random(20260102);
        for (int round = 0; round < 1000; round++) {
            byte[] archive = whole.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                archive[random.nextInt(archive.length)] = (byte) "0123456789abcdf/.\0é".charAt(random.nextInt(19));
            }
            try {
                read(Arrays.copyOf(archive, archive.length - random.nextInt(2) * random.nextInt(archive.length)));
            } catch (FormatException e) {
                assertThat(e).hasMessageStartingWith("cpio: ");
            }
        }
    }

    private static CpioArchive sample() throws FormatException {
        Content hello = Content.of("hello".getBytes(StandardCharsets.UTF_8));
        return new CpioArchive(
                List.of(
                        directory("bin"),
                        CpioEntry.symlink(ImagePath.of("bin/sh"), "\u00c3\u00a9", 0, 0),
                        CpioEntry.file(ImagePath.of("bin/é"), 04755, 1, 2, hello),
                        CpioEntry.directory(ImagePath.of("etc"), 01777, 0, 0)),
                7);
    }

    private static CpioEntry directory(String path) {
        return CpioEntry.directory(ImagePath.of(path), 0755, 0, 0);
    }

    private static byte[] bytes(CpioArchive archive) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        archive.writeTo(out);
        assertThat(out.size()).isEqualTo((int) archive.size());
        return out.toByteArray();
    }

    private List<CpioEntry> read(byte[] archive) throws Exception {
        Path file = Files.write(folder.resolve("archive"), archive);
        List<CpioEntry> entries = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(file)) {
            CpioReader reader = new CpioReader(new FileRegion(channel, 0, archive.length));
            for (CpioEntry entry = reader.next(); entry != null; entry = reader.next()) {
                entries.add(entry);
            }
        }
        return entries;
    }

    private void refused(byte[] archive, String rule) {
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> read(archive))
                .withMessageStartingWith("cpio: ")
                .withMessageContaining(rule);
    }

    /** Replaces bytes of the sample by as many others. */
    private void changed(String from, String to, String rule) throws Exception {
        String text = ImagePath.latin1(bytes(sample()));
        assertThat(text).contains(from);
        String replaced = text.replaceFirst(Pattern.quote(from), to);
        refused(replaced.getBytes(StandardCharsets.ISO_8859_1), rule);
    }

    /** Writes an archive with one directory whose name is then patched. */
    private void renamed(String name, String rule) throws Exception {
        String placeholder = "x".repeat(name.length());
        String text = ImagePath.latin1(bytes(new CpioArchive(List.of(directory(placeholder)), 0)));
        refused(text.replace(placeholder, name).getBytes(StandardCharsets.ISO_8859_1), rule);
    }
}
