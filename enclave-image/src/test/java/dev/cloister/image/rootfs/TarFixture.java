package dev.cloister.image.rootfs;

import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/** Writes tar archives by hand, so that they can be as wrong as a test needs. */
public final class TarFixture {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A file. */
    public TarFixture file(String name, int mode, String content) {
        return entry(name, '0', mode, 0, 0, "", content);
    }

    public TarFixture directory(String name, int mode) {
        return entry(name, '5', mode, 0, 0, "", "");
    }

    public TarFixture symlink(String name, String target) {
        return entry(name, '2', 0777, 0, 0, target, "");
    }

    public TarFixture hardLink(String name, String target) {
        return entry(name, '1', 0644, 0, 0, target, "");
    }

    /** Records that apply to the next entry. */
    public TarFixture pax(String... records) {
        return entry("pax", 'x', 0644, 0, 0, "", paxRecords(records));
    }

    /** Any entry. */
    public TarFixture entry(String name, char type, int mode, int uid, int gid, String link, String content) {
        return raw(header(name, type, mode, uid, gid, link, content.length()), content);
    }

    /** A header and data as they stand. */
    TarFixture raw(byte[] header, String content) {
        out.writeBytes(header);
        out.writeBytes(content.getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(new byte[-content.length() & 511]);
        return this;
    }

    static String paxRecords(String... records) {
        StringBuilder text = new StringBuilder();
        for (String record : records) {
            int length = record.length() + 2;
            while (length != record.length() + 2 + Integer.toString(length).length()) {
                length = record.length() + 2 + Integer.toString(length).length();
            }
            text.append(length).append(' ').append(record).append('\n');
        }
        return text.toString();
    }

    static byte[] header(String name, char type, int mode, int uid, int gid, String link, long size) {
        StringBuilder header = new StringBuilder("\0".repeat(512));
        put(header, 0, name);
        put(header, 100, String.format("%07o", mode));
        put(header, 108, String.format("%07o", uid));
        put(header, 116, String.format("%07o", gid));
        put(header, 124, String.format("%011o", size));
        put(header, 136, "00000000000");
        header.setCharAt(156, type);
        put(header, 157, link);
        put(header, 257, "ustar\00000");
        put(header, 148, "        ");
        put(header, 148, String.format("%06o\0 ", header.chars().sum()));
        return header.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void put(StringBuilder header, int at, String text) {
        String latin1 = ImagePath.latin1(text.getBytes(StandardCharsets.UTF_8));
        header.replace(at, at + latin1.length(), latin1);
    }

    /** With the end mark. */
    public Path writeTo(Path file) {
        return write(file, 1024);
    }

    /** With the end mark. */
    public byte[] bytes() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(out.toByteArray());
        whole.writeBytes(new byte[1024]);
        return whole.toByteArray();
    }

    /** An archive as a root filesystem. */
    public static TarSource open(Path file) throws IOException, FormatException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Spool spool = new Spool(Objects.requireNonNull(file.toAbsolutePath().resolveSibling("")));
        return new TarSource(channel, spool.decompress("tar", new FileRegion(channel, 0, channel.size()), null), spool);
    }

    Path writeWithoutEnd(Path file) {
        return write(file, 0);
    }

    private Path write(Path file, int zeros) {
        try {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            out.writeTo(whole);
            whole.writeBytes(new byte[zeros]);
            return Files.write(file, whole.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
