package dev.cloister.local.stage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/** What a host that is up to no good would do to files it was given. */
public final class Tampering {
    /** Where an EIF holds its CRC, and how long it is. */
    private static final int CRC_AT = 544;

    private static final int CRC_LENGTH = 4;
    private static final int BUFFER = 1 << 20;

    private Tampering() {}

    /**
     * Copies an image with one byte of a text in it changed, and its checksum made right again, so that nothing but the
     * measurement tells the two apart.
     *
     * @param text stands in the image, outside its first {@value #CRC_AT} bytes
     */
    public static void changeImage(Path image, Path copy, String text) throws IOException {
        Files.copy(image, copy, StandardCopyOption.REPLACE_EXISTING);
        flip(copy, find(image, text.getBytes(StandardCharsets.US_ASCII)), 0x20);
        CRC32 crc = new CRC32();
        try (InputStream in = Files.newInputStream(copy)) {
            crc.update(in.readNBytes(CRC_AT));
            in.skipNBytes(CRC_LENGTH);
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                crc.update(buffer, 0, count);
            }
        }
        try (FileChannel file = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            file.write(
                    ByteBuffer.allocate(CRC_LENGTH).putInt((int) crc.getValue()).flip(), CRC_AT);
        }
    }

    /** Copies a package with one bit in its middle flipped. */
    public static void changePackage(Path original, Path copy) throws IOException {
        Files.copy(original, copy, StandardCopyOption.REPLACE_EXISTING);
        flip(copy, Files.size(copy) / 2, 1);
    }

    private static void flip(Path file, long position, int bits) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ bits)}), position);
        }
    }

    private static long find(Path file, byte[] wanted) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer window = ByteBuffer.allocate(BUFFER);
            for (long start = 0;
                    channel.read(window.clear(), start) >= wanted.length;
                    start += BUFFER - wanted.length) {
                for (int i = 0; i + wanted.length <= window.position(); i++) {
                    if (ByteBuffer.wrap(window.array(), i, wanted.length).equals(ByteBuffer.wrap(wanted))) {
                        return start + i;
                    }
                }
            }
            throw new EOFException("no such text in " + file);
        }
    }
}
