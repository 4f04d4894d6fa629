package dev.cloister.attestation.cbor;

import java.util.HashSet;
import java.util.Set;

/**
 * A cursor over the entries of a map.
 *
 * <p>For each {@link #next} that gives true, read one key here and then one value from the reader.
 */
public final class CborMap {
    static final int INDEFINITE = -1;

    private final CborReader reader;
    private final boolean definite;
    private final int max;
    private final Set<Object> keys = new HashSet<>();
    private int left;

    CborMap(CborReader reader, int count, int max) {
        this.reader = reader;
        this.definite = count != INDEFINITE;
        this.left = count;
        this.max = max;
    }

    /** Says whether there is another entry; past the last one it consumes the map's end. */
    public boolean next() throws CborException {
        if (definite) {
            return left-- > 0;
        }
        return !reader.skipBreak();
    }

    /** Reads a text key of at most {@code maxLength} bytes. */
    public String textKey(int maxLength) throws CborException {
        return unique(reader.text(0, maxLength));
    }

    /** Reads an unsigned key of at most {@code maxValue}. */
    public int unsignedKey(int maxValue) throws CborException {
        return unique((int) reader.unsigned(maxValue));
    }

    private <T> T unique(T key) throws CborException {
        if (keys.size() == max) {
            throw reader.failure("a map of too many entries");
        }
        if (!keys.add(key)) {
            throw reader.failure("a map key twice");
        }
        return key;
    }
}
