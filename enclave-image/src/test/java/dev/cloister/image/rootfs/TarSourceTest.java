package dev.cloister.image.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.luben.zstd.Zstd;
import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarSourceTest {
    @TempDir
    Path folder;

    private final TarFixture tar = new TarFixture();
    private final List<String> warnings = new ArrayList<>();

    @Test
    void ordinaryArchive_isReadInOrderOfNames() throws Exception {
        tar.directory("./", 0755)
                .symlink("./lib", "usr/lib")
                .directory("./bin/", 0755)
                .file("./bin/su", 04755, "program");
        assertThat(read())
                .containsExactly("r/bin 40755 0:0", "r/bin/su 104755 0:0 program", "r/lib 120777 0:0 usr/lib");
        assertThat(warnings).isEmpty();
    }

    @Test
    void ownersAndModes_comeFromTheArchive() throws Exception {
        tar.entry("shadow", '0', 0640, 0, 42, "", "x");
        assertThat(read()).containsExactly("r/shadow 100640 0:42 x");
    }

    @Test
    void missingParents_areAdded() throws Exception {
        tar.file("a/b/c", 0644, "x").directory("a", 0700);
        assertThat(read()).containsExactly("r/a 40700 0:0", "r/a/b 40755 0:0", "r/a/b/c 100644 0:0 x");
    }

    @Test
    void hardLink_becomesACopy() throws Exception {
        tar.file("one", 0755, "same").hardLink("./two", "./one");
        assertThat(read()).containsExactly("r/one 100755 0:0 same", "r/two 100755 0:0 same");
    }

    @Test
    void longNames_arePaxOrGnu() throws Exception {
        String name = "n".repeat(200);
        tar.pax("path=p/" + name, "mtime=1.5", "uid=7").file("short", 0644, "pax");
        tar.entry("././@LongLink", 'L', 0, 0, 0, "", "g/" + name + "\0").file("short", 0644, "gnu");
        assertThat(read()).contains("r/g/" + name + " 100644 0:0 gnu", "r/p/" + name + " 100644 7:0 pax");
    }

    @Test
    void nameThatIsNotUtf8_keepsItsBytes() throws Exception {
        tar.pax("path=\u00ff").file("x", 0644, "");
        try (TarSource source = TarFixture.open(tar.writeTo(folder.resolve("t.tar")))) {
            FileTree tree = new FileTree();
            source.addTo(tree, warning -> {});
            assertThat(tree.get(new ImagePath("\u00ff"))).isNotNull();
        }
    }

    @Test
    void base256Number_isRead() throws Exception {
        byte[] header = TarFixture.header("big", '0', 0644, 0, 0, "", 0);
        // 2^21 + 1 as an owner, which octal digits cannot say.
        Arrays.fill(header, 108, 116, (byte) 0);
        header[108] = (byte) 0x80;
        header[113] = 0x20;
        header[115] = 1;
        tar.raw(fixSum(header), "");
        assertThat(read()).containsExactly("r/big 100644 2097153:0 ");
    }

    @Test
    void device_isLeftOutWithWarning() throws Exception {
        tar.entry("dev/null", '3', 0666, 0, 0, "", "").entry("pipe", '6', 0644, 0, 0, "", "");
        assertThat(read()).isEmpty();
        assertThat(warnings)
                .containsExactly("'dev/null': left out, a device or pipe", "'pipe': left out, a device or pipe");
    }

    @Test
    void extendedAttribute_isWarnedOf() throws Exception {
        tar.pax("SCHILY.xattr.security.capability=\u0001\u0000").file("ping", 0755, "x");
        assertThat(read()).hasSize(1);
        assertThat(warnings).containsExactly("'ping': loses SCHILY.xattr.security.capability");
    }

    @Test
    void absoluteName_isRefused() {
        tar.file("/etc/passwd", 0644, "x");
        refused("tar: absolute path: '/etc/passwd'");
    }

    @Test
    void nameWithParent_isRefused() {
        tar.file("a/../../b", 0644, "x");
        refused("tar: path with the part '..'");
    }

    @Test
    void paxNameWithParent_isRefused() {
        tar.pax("path=../b").file("a", 0644, "x");
        refused("tar: path with the part '..'");
    }

    @Test
    void paxNameWithNul_isRefused() {
        tar.pax("path=a\0b").file("a", 0644, "x");
        refused("path with a NUL");
    }

    @Test
    void duplicateFile_isRefused() {
        tar.file("a", 0644, "x").file("./a", 0644, "y");
        refused("root filesystem: 'a' occurs twice");
    }

    @Test
    void fileBelowSymbolicLink_isRefused() {
        tar.symlink("a", "/etc").file("a/passwd", 0644, "x");
        refused("'a/passwd' lies below 'a', which is a symbolic link");
    }

    @Test
    void fileBelowFile_isRefused() {
        tar.file("a", 0644, "").file("a/b", 0644, "x");
        refused("'a/b' lies below 'a', which is a file");
    }

    @Test
    void hardLinkOutOfTheTree_isRefused() {
        tar.hardLink("a", "../etc/shadow");
        refused("tar: path with the part '..'");
    }

    @Test
    void hardLinkToNothing_isRefused() {
        tar.hardLink("a", "b").file("b", 0644, "x");
        refused("hard link 'a' to 'b', which is no earlier file");
    }

    @Test
    void symbolicLinkWithoutTarget_isRefused() {
        tar.symlink("a", "");
        refused("the target of the symbolic link 'a'");
    }

    @Test
    void sparseFile_isRefused() {
        tar.pax("GNU.sparse.major=1").file("a", 0644, "x");
        refused("a sparse file");
    }

    @Test
    void oldSparseFile_isRefused() {
        tar.entry("a", 'S', 0644, 0, 0, "", "");
        refused("entry type 'S'");
    }

    @Test
    void globalHeaderThatRenames_isRefused() {
        tar.entry("g", 'g', 0644, 0, 0, "", TarFixture.paxRecords("path=x")).file("a", 0644, "");
        refused("a global header that sets path");
    }

    @Test
    void paxRecordWithWrongLength_isRefused() {
        tar.entry("pax", 'x', 0644, 0, 0, "", "99 path=a\n").file("a", 0644, "");
        refused("a pax record that does not end where it says");
    }

    @Test
    void hugePaxHeader_isRefused() {
        tar.raw(TarFixture.header("pax", 'x', 0644, 0, 0, "", 2 << 20), "");
        refused("a header of 2097152 bytes");
    }

    @Test
    void sizeBeyondTheArchive_isRefused() {
        tar.raw(TarFixture.header("zeros", '0', 0644, 0, 0, "", 10L << 30), "");
        refused("cut off inside an entry");
    }

    @Test
    void missingEnd_isRefused() {
        tar.file("a", 0644, "x");
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> read(tar.writeWithoutEnd(folder.resolve("t.tar"))))
                .withMessageContaining("cut off before its end mark");
    }

    @Test
    void wrongHeaderChecksum_isRefused() {
        byte[] header = TarFixture.header("a", '0', 0644, 0, 0, "", 0);
        header[0] = 'b';
        tar.raw(header, "");
        refused("a header whose checksum is wrong");
    }

    @Test
    void gzipArchive_isReadWhateverItsName() throws Exception {
        tar.file("a", 0644, "x");
        Path file = folder.resolve("t.tar");
        // Two members, as parallel compressors and others write them.
        byte[] whole = Files.readAllBytes(tar.writeTo(file));
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        members.writeBytes(gzip(Arrays.copyOf(whole, 700)));
        members.writeBytes(gzip(Arrays.copyOfRange(whole, 700, whole.length)));
        assertThat(read(Files.write(file, members.toByteArray()))).containsExactly("r/a 100644 0:0 x");
    }

    @Test
    void zstdArchive_isRead() throws Exception {
        tar.file("a", 0644, "x");
        Path file = folder.resolve("t.tar");
        byte[] whole = Files.readAllBytes(tar.writeTo(file));
        assertThat(read(Files.write(file, Zstd.compress(whole)))).containsExactly("r/a 100644 0:0 x");
    }

    @Test
    void archiveInAnotherCompression_isRefusedByName() throws Exception {
        Path file = Files.write(folder.resolve("t.tar"), new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 0});
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> read(file))
                .withMessage("tar: compressed with xz; decompress it first");
    }

    @Test
    void truncatedGzip_isRefused() throws Exception {
        tar.file("a", 0644, "x".repeat(5000));
        byte[] whole = gzip(Files.readAllBytes(tar.writeTo(folder.resolve("t.tar"))));
        Path file = Files.write(folder.resolve("t.tgz"), Arrays.copyOf(whole, whole.length - 20));
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> read(file))
                .withMessageContaining("cut off inside its gzip data");
    }

    @Test
    void damagedGzip_isRefused() throws Exception {
        tar.file("a", 0644, "x".repeat(5000));
        byte[] whole = gzip(Files.readAllBytes(tar.writeTo(folder.resolve("t.tar"))));
        whole[whole.length - 6] ^= 1;
        Path file = Files.write(folder.resolve("t.tgz"), whole);
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> read(file))
                .withMessageContaining("damaged gzip data");
    }

    @Test
    void truncatedZstd_isRefused() throws Exception {
        tar.file("a", 0644, "x".repeat(5000));
        byte[] whole = Zstd.compress(Files.readAllBytes(tar.writeTo(folder.resolve("t.tar"))));
        Path file = Files.write(folder.resolve("t.zst"), Arrays.copyOf(whole, whole.length - 5));
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> read(file))
                .withMessageContaining("zstd data");
    }

    /** Ten GiB of zeros in one MB; refused long before they are on the disk. */
    @Test
    void bomb_isRefusedAndLeavesNothing() throws Exception {
        Path file = folder.resolve("bomb.tgz");
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        members.writeBytes(gzip(TarFixture.header("zeros", '0', 0644, 0, 0, "", 10L << 30)));
        byte[] zeros = gzip(new byte[10 << 20]);
        for (int i = 0; i < 1024; i++) {
            members.writeBytes(zeros);
        }
        Files.write(file, members.toByteArray());
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> read(file))
                .withMessage("tar: decompresses to more than 150 times its size");
        assertThat(folder).isDirectoryNotContaining(left -> !left.equals(file));
    }

    @Test
    void archiveBeyondTheSpool_isRefused() throws Exception {
        Path file = Files.write(folder.resolve("t.tgz"), gzip(new byte[2 << 20]));
        try (Spool spool = new Spool(folder, 1 << 20);
                FileChannel channel = FileChannel.open(file)) {
            FileRegion archive = new FileRegion(channel, 0, channel.size());
            assertThatExceptionOfType(FormatException.class)
                    .isThrownBy(() -> spool.decompress("tar", archive, null))
                    .withMessage("tar: decompresses to more than 1 MiB");
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    @Test
    void randomChanges_areReadOrRefused() throws Exception {
        tar.directory("./bin/", 0755)
                .pax("path=bin/long", "SCHILY.xattr.user.x=y")
                .file("x", 0755, "program")
                .hardLink("two", "bin/long")
                .symlink("l", "two");
        byte[] whole = Files.readAllBytes(tar.writeTo(folder.resolve("whole.tar")));
        Random random = new Random(20260103);
        Path file = folder.resolve("mutated.tar");
        for (int round = 0; round < 1000; round++) {
            byte[] archive = whole.clone();
            int block = random.nextInt(archive.length / 512) * 512;
            for (int change = random.nextInt(3); change >= 0; change--) {
                archive[block + random.nextInt(512)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(4) != 0) {
                System.arraycopy(fixSum(Arrays.copyOfRange(archive, block, block + 512)), 0, archive, block, 512);
            }
            try {
                read(Files.write(file, archive));
            } catch (FormatException e) {
                assertThat(e.getMessage()).matches("(tar|root filesystem): (?s:.*)");
            }
        }
    }

    private static byte[] fixSum(byte[] header) {
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += Byte.toUnsignedInt(b);
        }
        byte[] digits = String.format("%06o\0 ", sum).getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(digits, 0, header, 148, 8);
        return header;
    }

    private List<String> read() throws Exception {
        return read(tar.writeTo(folder.resolve("t.tar")));
    }

    private List<String> read(Path file) throws Exception {
        try (TarSource source = TarFixture.open(file)) {
            FileTree tree = new FileTree();
            source.addTo(tree, warning -> warnings.add(warning.toString()));
            List<String> lines = new ArrayList<>();
            for (CpioEntry entry : tree.entriesBelow(ImagePath.of("r"))) {
                ByteArrayOutputStream data = new ByteArrayOutputStream();
                entry.data().writeTo(data);
                String text = entry.type() == CpioEntry.DIRECTORY ? "" : " " + data.toString(StandardCharsets.UTF_8);
                lines.add(entry.path() + " " + Integer.toOctalString(entry.mode()) + " " + entry.uid() + ":"
                        + entry.gid() + text);
            }
            return lines;
        }
    }

    private void refused(String rule) {
        assertThatExceptionOfType(FormatException.class).isThrownBy(this::read).withMessageContaining(rule);
    }
}
