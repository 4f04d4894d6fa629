package dev.cloister.image.eif;

import dev.cloister.image.file.FormatException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads the little CBOR that a signature section is made of: definite lengths, shortest integers, nothing else. */
final class CborReader {
    static final int UNSIGNED = 0;
    static final int NEGATIVE = 1;
    static final int BYTES = 2;
    static final int TEXT = 3;
    static final int ARRAY = 4;
    static final int MAP = 5;

    private final ByteBuffer in;

    CborReader(byte[] bytes) {
        this.in = ByteBuffer.wrap(bytes);
    }

    /** The argument of the next item, which must be of a major type. */
    int head(int major) throws FormatException {
        int first = next();
        demand(first >> 5 == major, "an item of CBOR type " + (first >> 5) + " instead of " + major);
        int low = first & 0x1f;
        if (low < 24) {
            return low;
        }
        demand(low <= 25, "a CBOR length or number that is too large or indefinite");
        int value = low == 24 ? next() : next() << 8 | next();
        demand(value >= (low == 24 ? 24 : 256), "a CBOR number not in its shortest form");
        return value;
    }

    void expect(int major, int argument, String what) throws FormatException {
        demand(head(major) == argument, what);
    }

    byte[] bytes(int major) throws FormatException {
        int length = head(major);
        demand(length <= in.remaining(), "cut off");
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    void expectText(String text) throws FormatException {
        demand(new String(bytes(TEXT), StandardCharsets.UTF_8).equals(text), "no '" + text + "' where it belongs");
    }

    /** An array of small integers, one per byte. */
    byte[] byteArray() throws FormatException {
        int length = head(ARRAY);
        demand(length <= in.remaining(), "cut off");
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            int value = head(UNSIGNED);
            demand(value <= 0xff, "a byte above 255");
            bytes[i] = (byte) value;
        }
        return bytes;
    }

    void end() throws FormatException {
        demand(!in.hasRemaining(), in.remaining() + " bytes too many");
    }

    private int next() throws FormatException {
        demand(in.hasRemaining(), "cut off");
        return Byte.toUnsignedInt(in.get());
    }

    static void demand(boolean holds, String fault) throws FormatException {
        if (!holds) {
            throw new FormatException("eif: signature: " + fault);
        }
    }
}
