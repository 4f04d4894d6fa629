package dev.cloister.protocol.frame;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes the fields of a message; integers are big-endian, strings UTF-8 behind a u32 length. */
public final class FieldWriter {
    private final ByteBuffer out;

    FieldWriter(ByteBuffer out) {
        this.out = out;
    }

    public FieldWriter u8(int value) {
        out.put((byte) value);
        return this;
    }

    public FieldWriter coded(Coded value) {
        return u8(value.code());
    }

    public FieldWriter u16(int value) {
        out.putShort((short) value);
        return this;
    }

    public FieldWriter u32(int value) {
        out.putInt(value);
        return this;
    }

    public FieldWriter i64(long value) {
        out.putLong(value);
        return this;
    }

    public FieldWriter bytes(byte[] value) {
        out.putInt(value.length).put(value);
        return this;
    }

    public FieldWriter string(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Upper bound of what {@link #string} writes. */
    public static int sizeOf(String value) {
        return 4 + 3 * value.length();
    }

    ByteBuffer finish() {
        return out.flip();
    }
}
