package dev.cloister.attestation.cbor;

import dev.cloister.attestation.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A writer of CBOR in definite lengths and shortest forms.
 *
 * <p>It writes what it is told in that order: that an array or a map gets as many items as its head says, and each key
 * once, is up to the caller.
 */
public final class CborWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Starts an array; {@code count} items follow. */
    public CborWriter array(int count) {
        return head(CborReader.MAJOR_ARRAY, count);
    }

    /** Starts a map; {@code count} pairs of key and value follow. */
    public CborWriter map(int count) {
        return head(CborReader.MAJOR_MAP, count);
    }

    public CborWriter integer(long value) {
        return value >= 0 ? head(CborReader.MAJOR_UNSIGNED, value) : head(CborReader.MAJOR_NEGATIVE, -1 - value);
    }

    public CborWriter text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        head(CborReader.MAJOR_TEXT, utf8.length);
        out.writeBytes(utf8);
        return this;
    }

    public CborWriter bytes(Bytes value) {
        head(CborReader.MAJOR_BYTES, value.length());
        out.writeBytes(value.toArray());
        return this;
    }

    /** Writes a byte string, or null. */
    public CborWriter bytesOrNull(@Nullable Bytes value) {
        if (value != null) {
            return bytes(value);
        }
        out.write(CborReader.NULL);
        return this;
    }

    public CborWriter bool(boolean value) {
        out.write(value ? CborReader.TRUE : CborReader.FALSE);
        return this;
    }

    /** What was written so far. */
    public byte[] toByteArray() {
        return out.toByteArray();
    }

    private CborWriter head(int major, long argument) {
        int type = major << 5;
        if (argument < 24) {
            out.write(type | (int) argument);
            return this;
        }
        int width = argument < 1L << 8 ? 0 : argument < 1L << 16 ? 1 : argument < 1L << 32 ? 2 : 3;
        out.write(type | 24 + width);
        for (int shift = (8 << width) - 8; shift >= 0; shift -= 8) {
            out.write((int) (argument >>> shift));
        }
        return this;
    }
}
