package dev.cloister.image.rootfs;

import com.github.luben.zstd.ZstdInputStream;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** How an archive is compressed, told by its first bytes and never by its name. */
public enum Compression {
    NONE(""),
    GZIP("\u001f\u008b"),
    ZSTD("(\u00b5/\u00fd"),
    XZ("\u00fd7zXZ"),
    BZIP2("BZh");

    private static final int BUFFER_SIZE = 1 << 16;

    private final String magic;

    Compression(String magic) {
        this.magic = magic;
    }

    /** What the bytes begin with. */
    public static Compression of(FileRegion data) throws IOException {
        String start = ImagePath.latin1(data.slice(0, Math.min(8, data.size())).readAll(8));
        for (Compression compression : values()) {
            if (compression != NONE && start.startsWith(compression.magic)) {
                return compression;
            }
        }
        return NONE;
    }

    /**
     * The decompressed bytes.
     *
     * @throws FormatException when there is no decompressor for it
     */
    InputStream open(FileRegion data) throws IOException, FormatException {
        return switch (this) {
            case NONE -> data.open();
            case GZIP -> new GZIPInputStream(data.open(), BUFFER_SIZE);
            case ZSTD -> new ZstdInputStream(data.open());
            case XZ, BZIP2 -> throw new FormatException("tar: compressed with " + label() + "; decompress it first");
        };
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
