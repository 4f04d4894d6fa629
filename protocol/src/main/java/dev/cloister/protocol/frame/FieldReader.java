package dev.cloister.protocol.frame;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the fields of a message strictly: nothing is read beyond the body, nothing may be left over. */
public final class FieldReader {
    private final ByteBuffer in;

    public FieldReader(ByteBuffer in) {
        this.in = in;
    }

    public int u8() throws ProtocolException {
        return need(1).get() & 0xff;
    }

    public int u16() throws ProtocolException {
        return need(2).getShort() & 0xffff;
    }

    public int u32() throws ProtocolException {
        return need(4).getInt();
    }

    public long i64() throws ProtocolException {
        return need(8).getLong();
    }

    /** A 64-bit integer that must not be negative, such as a file offset. */
    public long size() throws ProtocolException {
        long value = i64();
        if (value < 0) {
            throw new ProtocolException("a negative size or offset");
        }
        return value;
    }

    /** A number that counts or bounds something. */
    public int count(int max) throws ProtocolException {
        int value = u32();
        if (value < 0 || value > max) {
            throw new ProtocolException(
                    "a count of " + Integer.toUnsignedString(value) + " is above the limit of " + max);
        }
        return value;
    }

    /** One of {@code values}, by its code. */
    public <T extends Coded> T coded(T[] values) throws ProtocolException {
        int code = u8();
        for (T value : values) {
            if (value.code() == code) {
                return value;
            }
        }
        throw new ProtocolException("unknown code " + code);
    }

    public boolean bool() throws ProtocolException {
        int value = u8();
        if (value > 1) {
            throw new ProtocolException("a truth value of " + value);
        }
        return value == 1;
    }

    public byte[] bytes(int max) throws ProtocolException {
        byte[] value = new byte[Math.min(count(max), need(0).remaining() + 1)];
        need(value.length).get(value);
        return value;
    }

    /** A string of at most {@code max} bytes of valid UTF-8. */
    public String string(int max) throws ProtocolException {
        int length = count(max);
        ByteBuffer text = need(length).slice(in.position(), length);
        in.position(in.position() + length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
        } catch (CharacterCodingException e) {
            throw new ProtocolException("a string that is not UTF-8");
        }
    }

    /** All that is left, as a view. */
    public ByteBuffer rest() {
        ByteBuffer rest = in.slice();
        in.position(in.limit());
        return rest;
    }

    /** Demands that all has been read. */
    public void end() throws ProtocolException {
        if (in.hasRemaining()) {
            throw new ProtocolException(in.remaining() + " bytes after the last field");
        }
    }

    private ByteBuffer need(int count) throws ProtocolException {
        if (in.remaining() < count) {
            throw new ProtocolException("the message ends inside a field");
        }
        return in;
    }
}
