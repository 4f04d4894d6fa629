package dev.cloister.image.rootfs;

import com.github.luben.zstd.ZstdIOException;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Where archives are decompressed to, once each: a temporary file without a name, which goes when this is closed or the
 * process ends. How much it takes is bounded, in all and in relation to what is decompressed.
 */
public final class Spool implements Closeable {
    /** No enclave unpacks more into its memory. */
    private static final long MAX_SIZE = 32L << 30;

    /** So far any ratio is believed. */
    private static final long FREE_SIZE = 64L << 20;

    /** Whole userlands shrink to a third; a bomb of zeros to a thousandth. */
    private static final long MAX_RATIO = 150;

    private static final int BUFFER_SIZE = 1 << 18;

    private final Path folder;
    private final long maxSize;
    private @Nullable FileChannel file;
    private long size;

    /**
     * Nothing is created until something is decompressed.
     *
     * @param folder on a disk with room for it
     */
    public Spool(Path folder) {
        this(folder, MAX_SIZE);
    }

    Spool(Path folder, long maxSize) {
        this.folder = folder;
        this.maxSize = maxSize;
    }

    /**
     * An archive without its compression: itself where it has none.
     *
     * @param what the archive, for messages
     * @param digest takes the decompressed bytes, where they are wanted
     * @throws FormatException when it is cut off or damaged, or grows beyond all measure
     */
    public FileRegion decompress(String what, FileRegion archive, @Nullable MessageDigest digest)
            throws IOException, FormatException {
        Compression compression = Compression.of(archive);
        if (compression == Compression.NONE) {
            return archive;
        }
        try (InputStream in = compression.open(archive)) {
            return copy(what, in, archive.size(), digest);
        } catch (EOFException e) {
            throw new FormatException(what + ": cut off inside its " + compression.label() + " data", e);
        } catch (ZipException | ZstdIOException e) {
            throw new FormatException(what + ": damaged " + compression.label() + " data", e);
        }
    }

    private FileRegion copy(String what, InputStream in, long compressed, @Nullable MessageDigest digest)
            throws IOException, FormatException {
        FileChannel out = file();
        long start = size;
        byte[] buffer = new byte[BUFFER_SIZE];
        for (int length; (length = in.readNBytes(buffer, 0, buffer.length)) > 0; ) {
            long grown = size - start + length;
            if (grown > FREE_SIZE && grown / MAX_RATIO > compressed) {
                throw new FormatException(what + ": decompresses to more than " + MAX_RATIO + " times its size");
            }
            if (size + length > maxSize) {
                throw new FormatException(what + ": decompresses to more than " + (maxSize >> 20) + " MiB");
            }
            if (digest != null) {
                digest.update(buffer, 0, length);
            }
            for (ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, length); bytes.hasRemaining(); ) {
                size += out.write(bytes, size);
            }
        }
        return new FileRegion(out, start, size - start);
    }

    private FileChannel file() throws IOException {
        if (file == null) {
            Path path = Files.createTempFile(folder, ".cloister-", ".spool");
            // The system forgets its name as soon as it is open.
            file = FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        }
        return file;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
