package dev.cloister.image.eif;

import dev.cloister.image.file.FormatException;
import java.util.Locale;

/** The processor an image is for: bit 0 of the file header's flags. In no PCR. */
public enum Architecture {
    X86_64(0),
    AARCH64(1);

    private final int flags;

    Architecture(int flags) {
        this.flags = flags;
    }

    int flags() {
        return flags;
    }

    static Architecture of(int flags) throws FormatException {
        return switch (flags) {
            case 0 -> X86_64;
            case 1 -> AARCH64;
            default -> throw new FormatException("eif: reserved flags are set");
        };
    }

    /** As it is written in output: {@code x86_64} or {@code aarch64}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
