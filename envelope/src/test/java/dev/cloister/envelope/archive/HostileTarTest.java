package dev.cloister.envelope.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ways an archive attacks whoever unpacks it; after each, nothing is there. The archives are another library's. */
final class HostileTarTest {
    private static final ArchiveLimits LIMITS = new ArchiveLimits(100, 1 << 20);
    private static final String SECRET_NAME = "confidential-name";

    @TempDir
    Path temp;

    private Path target;

    @BeforeEach
    void makeTarget() throws IOException {
        target = Files.createDirectory(temp.resolve("target"));
    }

    @Test
    void absoluteName_isRefused() {
        assertRefused(tar(out -> file(out, new TarArchiveEntry(temp.resolve("x").toString(), true))), "absolute");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "d/../../x", "d/..", "..", "d/../x"})
    void parentComponents_areRefused(String name) {
        assertRefused(
                tar(out -> {
                    directory(out, "d/");
                    file(out, new TarArchiveEntry(name));
                }),
                "its name contains ..");
    }

    @ParameterizedTest
    @ValueSource(strings = {"d//x", "./x", "d/./x", "."})
    void emptyComponents_areRefused(String name) {
        assertRefused(
                tar(out -> {
                    directory(out, "d/");
                    file(out, new TarArchiveEntry(name));
                }),
                "empty component");
    }

    /** A compressed megabyte can hold gigabytes of names. */
    @Test
    void directoryNamesBeyondMemory_areRefused() throws IOException {
        StringBuilder parent = new StringBuilder("p".repeat(200));
        assertThatThrownBy(() -> TreeBuilder.build(target, new ArchiveLimits(1_000_000, 0), tree -> {
                    tree.directory(parent.toString());
                    for (int depth = 1; depth < 15; depth++) {
                        tree.directory(
                                parent.append('/').append("p".repeat(200)).toString());
                    }
                    for (int i = 0; i < 1_000_000; i++) {
                        tree.directory(parent + "/" + i);
                    }
                }))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("the names of its directories take too much memory");
        assertThat(target).isEmptyDirectory();
    }

    @Test
    void emptyName_isRefused() {
        assertRefused(raw(TarBlock.REGULAR_FILE, "", ""), "empty component");
    }

    @Test
    void theRootItself_isRefused() {
        assertRefused(raw(TarBlock.DIRECTORY, "/", ""), "empty component");
        assertRefused(raw(TarBlock.DIRECTORY, "./", ""), "empty component");
    }

    @Test
    void nulInName_isRefused() {
        assertRefused(withPax("path", "a\0b"), "contains NUL");
    }

    @Test
    void nameOutsideUtf8_isRefused() {
        byte[] records = "12 path=\u00ff\u00fe\n".getBytes(StandardCharsets.ISO_8859_1);
        records[1] = (byte) ('0' + records.length - 10);
        assertRefused(pax(records), "pax header is not UTF-8");
    }

    @Test
    void fileTwice_isRefused() {
        assertRefused(
                tar(out -> {
                    file(out, new TarArchiveEntry("x"));
                    file(out, new TarArchiveEntry("x"));
                }),
                "its name came before");
    }

    @Test
    void directoryTwice_isRefused() {
        assertRefused(
                tar(out -> {
                    directory(out, "x/");
                    directory(out, "x/");
                }),
                "its name came before");
    }

    @Test
    void fileOverLink_isRefusedAndDoesNotWriteThroughIt() throws IOException {
        Path outside = Files.writeString(temp.resolve("outside"), "untouched");
        assertRefused(
                tar(out -> {
                    link(out, "x", "y");
                    file(out, new TarArchiveEntry("x"));
                }),
                "its name came before");
        assertThat(outside).hasContent("untouched");
    }

    @Test
    void linkOverFile_isRefused() {
        assertRefused(
                tar(out -> {
                    file(out, new TarArchiveEntry("x"));
                    link(out, "x", "y");
                }),
                "its name came before");
    }

    @Test
    void entryUnderALink_isRefused() {
        assertRefused(
                tar(out -> {
                    directory(out, "d/");
                    link(out, "l", "d");
                    file(out, new TarArchiveEntry("l/x"));
                }),
                "its parent is not a directory");
    }

    @Test
    void entryUnderAFile_isRefused() {
        assertRefused(
                tar(out -> {
                    file(out, new TarArchiveEntry("f"));
                    file(out, new TarArchiveEntry("f/x"));
                }),
                "its parent is not a directory");
    }

    @Test
    void entryWithoutParent_isRefused() {
        assertRefused(tar(out -> file(out, new TarArchiveEntry("d/x"))), "its parent is not a directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../x", "x/../../y", "x/.."})
    void linkOutOfTheTree_isRefused(String to) {
        assertRefused(tar(out -> link(out, "l", to)), "..", "link");
    }

    @Test
    void linkOutThroughAnotherLink_isRefused() {
        // "up" leads back to the root, so ".." behind it would leave the tree though its text does not.
        assertRefused(
                tar(out -> {
                    directory(out, "a/");
                    directory(out, "a/b/");
                    link(out, "a/b/up", "../..");
                    link(out, "out", "a/b/up/..");
                }),
                "its link target has .. after a name");
    }

    @Test
    void linkToAbsolutePath_isRefused() {
        assertRefused(tar(out -> link(out, "l", "/etc/passwd")), "a link to an absolute path");
    }

    @Test
    void emptyLink_isRefused() {
        assertRefused(raw(TarBlock.SYMBOLIC_LINK, "l", ""), "empty component");
    }

    @Test
    void hardLink_isRefused() {
        assertRefused(tar(out -> special(out, TarConstants.LF_LINK, "/etc/shadow")), "it is a hard link");
    }

    @Test
    void devices_areRefused() {
        assertRefused(tar(out -> special(out, TarConstants.LF_CHR, "")), "it is a device");
        assertRefused(tar(out -> special(out, TarConstants.LF_BLK, "")), "it is a device");
    }

    @Test
    void pipe_isRefused() {
        assertRefused(tar(out -> special(out, TarConstants.LF_FIFO, "")), "it is a pipe");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "g", "L", "K", "S", "V", "\0", "A"})
    void otherTypes_areRefused(String type) {
        assertRefused(raw(type.charAt(0), SECRET_NAME, ""), "its type is not known");
    }

    @ParameterizedTest
    @ValueSource(ints = {04755, 02755, 01777, 06644})
    void specialModeBits_areRefused(int mode) {
        TarArchiveEntry entry = new TarArchiveEntry("x");
        entry.setMode(mode);
        assertRefused(tar(out -> file(out, entry)), "setuid");
    }

    @Test
    void tooManyEntries_areRefused() {
        assertRefused(
                tar(out -> {
                    for (int i = 0; i < 101; i++) {
                        file(out, new TarArchiveEntry("x" + i));
                    }
                }),
                "more than 100 entries");
    }

    @Test
    void tooLargeFile_isRefusedBeforeItsFirstByte() {
        byte[] header = new byte[TarBlock.SIZE];
        TarBlock block = new TarBlock();
        block.fill(TarBlock.REGULAR_FILE, "x", "", 0644, LIMITS.bytes() + 1);
        System.arraycopy(block.bytes(), 0, header, 0, header.length);
        InputStream unreadable = new SequenceInputStream(new ByteArrayInputStream(header), failingStream());
        assertThatThrownBy(() -> TarArchive.unpack(unreadable, target, LIMITS))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("more than 1048576 bytes");
        assertNothingLeft();
    }

    @Test
    void manyFilesTooLargeTogether_areRefused() {
        assertRefused(
                tar(out -> {
                    for (int i = 0; i < 3; i++) {
                        content(out, "x" + i, new byte[500_000]);
                    }
                }),
                "entry 3",
                "more than 1048576 bytes");
    }

    @Test
    void sizeBeyondLong_isRefused() {
        assertRefused(withPax("size", "9999999999999999999"), "malformed size");
        assertRefused(withPax("size", "-1"), "malformed size");
    }

    @Test
    void directoryWithContent_isRefused() {
        assertRefused(raw(TarBlock.DIRECTORY, "d/", "", 5), "has content");
    }

    @Test
    void directoryWithoutSlash_isRefused() {
        assertRefused(raw(TarBlock.DIRECTORY, "d", ""), "no slash");
    }

    @Test
    void hugePaxHeader_isRefused() {
        assertRefused(raw(TarBlock.PAX_HEADER, "x", "", PaxRecords.MAX_BYTES + 1), "pax header is larger");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "0 path=a\n",
                "99 path=a\n",
                "8 path=a\n",
                "10 path=a",
                "10path=aaa\n",
                "9999999999 path=a\n",
                "4 a\n",
            })
    void malformedPaxHeader_isRefused(String records) {
        assertRefused(pax(records.getBytes(StandardCharsets.UTF_8)), "pax header");
    }

    @Test
    void otherPaxKeys_areRefused() {
        assertRefused(withPax("GNU.sparse.size", "5"), "not allowed");
        assertRefused(withPax("SCHILY.xattr.user.x", "5"), "not allowed");
    }

    @Test
    void paxKeyTwice_isRefused() {
        assertRefused(
                pax("10 path=ab\n".repeat(2).replace("10", "11").getBytes(StandardCharsets.UTF_8)), "not allowed");
    }

    @Test
    void paxHeaderOfPaxHeader_isRefused() {
        byte[] one = withPax("path", "a");
        byte[] header = Arrays.copyOf(one, 2 * TarBlock.SIZE);
        assertRefused(concat(header, one), "type is not known", "has content");
    }

    @Test
    void tooLongNames_areRefused() {
        assertRefused(withPax("path", "n".repeat(256)), "component of more than 255 bytes");
        assertRefused(withPax("path", "n/".repeat(1600) + "n"), "longer than 3072 bytes");
    }

    @Test
    void wrongChecksum_isRefused() {
        byte[] tar = tar(out -> file(out, new TarArchiveEntry("x")));
        tar[0] ^= 1;
        assertRefused(tar, "wrong checksum");
    }

    @Test
    void otherTarDialect_isRefused() {
        byte[] tar = tar(out -> file(out, new TarArchiveEntry("x")));
        tar[257 + 5] = ' ';
        assertRefused(tar, "not a ustar header");
    }

    @Test
    void bytesAfterTheEnd_areRefused() {
        byte[] tar = raw(TarBlock.REGULAR_FILE, "x", "");
        assertRefused(Arrays.copyOf(tar, tar.length + 1), "follows the archive's end");
        byte[] notZero = tar.clone();
        notZero[tar.length - 1] = 1;
        assertRefused(notZero, "follows the archive's end");
    }

    @Test
    void everyTruncation_isRefused() {
        byte[] tar = Arrays.copyOf(tar(out -> content(out, "x", new byte[700])), 5 * TarBlock.SIZE);
        for (int length = 0; length < tar.length; length += 37) {
            assertRefused(Arrays.copyOf(tar, length), "ended early");
        }
    }

    @Test
    void failureOfTheStream_leavesNothing() {
        byte[] tar = tar(out -> content(out, "x", new byte[700]));
        InputStream in = new SequenceInputStream(new ByteArrayInputStream(tar, 0, 1000), failingStream());
        assertThatThrownBy(() -> TarArchive.unpack(in, target, LIMITS)).hasMessage("stream is broken");
        assertNothingLeft();
    }

    @Test
    void message_tellsNumberAndNotName() {
        byte[] tar = tar(out -> {
            file(out, new TarArchiveEntry("first"));
            file(out, new TarArchiveEntry("../" + SECRET_NAME));
        });
        assertThatThrownBy(() -> TarArchive.unpack(new ByteArrayInputStream(tar), target, LIMITS))
                .hasMessage("archive refused at entry 2: its name contains ..");
    }

    @FunctionalInterface
    private interface Filling {
        void into(TarArchiveOutputStream out) throws IOException;
    }

    private static byte[] tar(Filling filling) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, TarBlock.SIZE, "UTF-8")) {
            filling.into(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void file(TarArchiveOutputStream out, TarArchiveEntry entry) throws IOException {
        out.putArchiveEntry(entry);
        out.closeArchiveEntry();
    }

    private static void content(TarArchiveOutputStream out, String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        out.putArchiveEntry(entry);
        out.write(content);
        out.closeArchiveEntry();
    }

    private static void directory(TarArchiveOutputStream out, String name) throws IOException {
        file(out, new TarArchiveEntry(name));
    }

    private static void link(TarArchiveOutputStream out, String name, String to) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
        entry.setLinkName(to);
        file(out, entry);
    }

    private static void special(TarArchiveOutputStream out, byte type, String link) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(SECRET_NAME, type);
        entry.setLinkName(link);
        file(out, entry);
    }

    /** A header block as no other library would write it, then the archive's end. */
    private static byte[] raw(char type, String name, String link) {
        return raw(type, name, link, 0);
    }

    private static byte[] raw(char type, String name, String link, long size) {
        TarBlock block = new TarBlock();
        block.fill(type, name, link, 0644, size);
        return Arrays.copyOf(block.bytes(), 3 * TarBlock.SIZE);
    }

    private static byte[] withPax(String key, String value) {
        return pax(PaxRecords.encode(Map.of(key, value)));
    }

    private static byte[] pax(byte[] records) {
        byte[] header = Arrays.copyOf(raw(TarBlock.PAX_HEADER, "pax", "", records.length), TarBlock.SIZE);
        byte[] padded = Arrays.copyOf(records, Math.ceilDiv(records.length, TarBlock.SIZE) * TarBlock.SIZE);
        return concat(concat(header, padded), raw(TarBlock.REGULAR_FILE, "x", ""));
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static InputStream failingStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("stream is broken");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                throw new IOException("stream is broken");
            }
        };
    }

    private void assertRefused(byte[] tar, String... oneOf) {
        assertThatThrownBy(() -> TarArchive.unpack(new ByteArrayInputStream(tar), target, LIMITS))
                .isInstanceOf(ArchiveException.class)
                .hasMessageNotContaining(SECRET_NAME)
                .satisfies(e -> assertThat(oneOf).anyMatch(String.valueOf(e.getMessage())::contains));
        assertNothingLeft();
    }

    private void assertNothingLeft() {
        try (Stream<Path> left = Files.list(target)) {
            assertThat(left).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(temp.resolve("x")).doesNotExist();
    }
}
