package dev.cloister.image.eif;

import dev.cloister.image.file.FormatException;
import java.util.Locale;

/** What a section holds. */
public enum SectionType {
    KERNEL(1, 1L << 30),
    CMDLINE(2, 4096),
    RAMDISK(3, Long.MAX_VALUE),
    SIGNATURE(4, 32768),
    METADATA(5, 1 << 20);

    private final int code;

    /** The largest size that is read. Only the signature's comes from AWS; the others keep memory use bounded. */
    private final long maxSize;

    SectionType(int code, long maxSize) {
        this.code = code;
        this.maxSize = maxSize;
    }

    int code() {
        return code;
    }

    long maxSize() {
        return maxSize;
    }

    /** As it is written in output. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static SectionType of(int code) throws FormatException {
        for (SectionType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        throw new FormatException("eif: unknown section type " + code);
    }
}
