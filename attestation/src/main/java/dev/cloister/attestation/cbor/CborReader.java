package dev.cloister.attestation.cbor;

import dev.cloister.attestation.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A pull reader for CBOR from an untrusted source.
 *
 * <p>Stricter than RFC 8949: integers and lengths must be in their shortest form, strings definite, map keys unique and
 * text valid UTF-8. Tags are refused wherever {@link #skipTag} does not ask for one. Arrays are definite; a map may be
 * indefinite where its caller allows it. A length is compared with the rest of the input and with the caller's limit
 * before anything is allocated.
 *
 * <p>The reader does not copy its input; the caller must not change it meanwhile. Not for use by several threads.
 */
public final class CborReader {
    /** How deep the items that {@link #skip} passes over may nest. */
    public static final int MAX_SKIPPED_DEPTH = 8;

    static final int MAJOR_UNSIGNED = 0;
    static final int MAJOR_NEGATIVE = 1;
    static final int MAJOR_BYTES = 2;
    static final int MAJOR_TEXT = 3;
    static final int MAJOR_ARRAY = 4;
    static final int MAJOR_MAP = 5;
    static final int MAJOR_TAG = 6;
    static final int MAJOR_SIMPLE = 7;

    static final int FALSE = 0xF4;
    static final int TRUE = 0xF5;
    static final int NULL = 0xF6;
    static final int UNDEFINED = 0xF7;
    private static final int HALF_FLOAT = 0xF9;
    private static final int DOUBLE_FLOAT = 0xFB;
    private static final int BREAK = 0xFF;

    private static final int INDEFINITE = 31;

    private final byte[] input;
    private int position;

    public CborReader(byte[] input) {
        this.input = input;
    }

    /** The kind of the next item, which is not consumed. */
    public CborKind peek() throws CborException {
        int initial = initialByte();
        return switch (initial >> 5) {
            case MAJOR_UNSIGNED -> CborKind.UNSIGNED;
            case MAJOR_NEGATIVE -> CborKind.NEGATIVE;
            case MAJOR_BYTES -> CborKind.BYTES;
            case MAJOR_TEXT -> CborKind.TEXT;
            case MAJOR_ARRAY -> CborKind.ARRAY;
            case MAJOR_MAP -> CborKind.MAP;
            case MAJOR_TAG -> CborKind.TAG;
            default -> simpleKind(initial);
        };
    }

    /** Reads an unsigned integer of at most {@code max}. */
    public long unsigned(long max) throws CborException {
        long value = head(MAJOR_UNSIGNED, "an unsigned integer");
        if (value > max) {
            throw failure("an integer above its limit");
        }
        return value;
    }

    /** Reads an integer of either sign. */
    public long integer() throws CborException {
        if (peek() == CborKind.NEGATIVE) {
            return -1 - head(MAJOR_NEGATIVE, "an integer");
        }
        return unsigned(Long.MAX_VALUE);
    }

    /** Reads a byte string of {@code min} to {@code max} bytes. */
    public Bytes bytes(int min, int max) throws CborException {
        return Bytes.copyOf(string(MAJOR_BYTES, "a byte string", min, max));
    }

    /** Reads a byte string of {@code min} to {@code max} bytes; gives null for CBOR's null and undefined. */
    public @Nullable Bytes bytesOrNull(int min, int max) throws CborException {
        CborKind kind = peek();
        if (kind == CborKind.NULL || kind == CborKind.UNDEFINED) {
            position++;
            return null;
        }
        return bytes(min, max);
    }

    /** Reads a text of {@code min} to {@code max} bytes of UTF-8. */
    public String text(int min, int max) throws CborException {
        byte[] utf8 = string(MAJOR_TEXT, "a text", min, max);
        try {
            // A fresh decoder reports malformed input; new String would replace it.
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw failure("text that is not UTF-8");
        }
    }

    public boolean bool() throws CborException {
        int initial = initialByte();
        if (initial != FALSE && initial != TRUE) {
            throw failure("no boolean where one is needed");
        }
        position++;
        return initial == TRUE;
    }

    /** Reads the head of a definite array and gives its number of elements, {@code min} to {@code max}. */
    public int array(int min, int max) throws CborException {
        return count(MAJOR_ARRAY, "an array", 1, min, max);
    }

    /** Enters a definite map of at most {@code max} entries. The cursor must be read to its end. */
    public CborMap map(int max) throws CborException {
        return new CborMap(this, count(MAJOR_MAP, "a map", 2, 0, max), max);
    }

    /** Enters a definite or indefinite map of at most {@code max} entries. The cursor must be read to its end. */
    public CborMap mapOfEitherLength(int max) throws CborException {
        if (initialByte() == (MAJOR_MAP << 5 | INDEFINITE)) {
            position++;
            return new CborMap(this, CborMap.INDEFINITE, max);
        }
        return map(max);
    }

    /** Consumes the given tag when it comes next, and says whether it did. */
    public boolean skipTag(int tag) throws CborException {
        int start = position;
        if (peek() == CborKind.TAG && head(MAJOR_TAG, "a tag") == tag) {
            return true;
        }
        position = start;
        return false;
    }

    /** Passes over one item of any kind but a tag, {@value #MAX_SKIPPED_DEPTH} levels deep at most. */
    public void skip() throws CborException {
        skip(MAX_SKIPPED_DEPTH);
    }

    /** Refuses input that goes on after the last item. */
    public void end() throws CborException {
        if (position != input.length) {
            throw failure("bytes after the end");
        }
    }

    boolean skipBreak() throws CborException {
        if (initialByte() == BREAK) {
            position++;
            return true;
        }
        return false;
    }

    CborException failure(String found) {
        return new CborException(found + " at byte " + position);
    }

    private CborKind simpleKind(int initial) throws CborException {
        return switch (initial) {
            case FALSE, TRUE -> CborKind.BOOLEAN;
            case NULL -> CborKind.NULL;
            case UNDEFINED -> CborKind.UNDEFINED;
            case BREAK -> CborKind.BREAK;
            default -> {
                if (initial < HALF_FLOAT || initial > DOUBLE_FLOAT) {
                    throw failure("an unknown simple value");
                }
                yield CborKind.FLOAT;
            }
        };
    }

    private void skip(int levels) throws CborException {
        switch (peek()) {
            case UNSIGNED, NEGATIVE -> integer();
            case BYTES -> string(MAJOR_BYTES, "a byte string", 0, input.length);
            case TEXT -> text(0, input.length);
            case ARRAY -> skipElements(levels - 1, false);
            case MAP -> skipElements(levels - 1, true);
            case BOOLEAN, NULL, UNDEFINED -> position++;
            case FLOAT -> take(1 + (1 << (initialByte() - HALF_FLOAT + 1)));
            case TAG -> throw failure("a tag where none is allowed");
            case BREAK -> throw failure("a break outside of an indefinite item");
        }
    }

    private void skipElements(int levels, boolean map) throws CborException {
        if (levels < 0) {
            throw failure("items nested too deep");
        }
        boolean indefinite = (initialByte() & 31) == INDEFINITE;
        int left = 0;
        if (indefinite) {
            position++;
        } else {
            left = map
                    ? count(MAJOR_MAP, "a map", 2, 0, input.length)
                    : count(MAJOR_ARRAY, "an array", 1, 0, input.length);
        }
        Set<Bytes> keys = new HashSet<>();
        while (indefinite ? !skipBreak() : left-- > 0) {
            int start = position;
            skip(levels);
            if (map) {
                // Shortest forms make equal keys equal bytes.
                if (!keys.add(Bytes.copyOf(Arrays.copyOfRange(input, start, position)))) {
                    throw failure("a map key twice");
                }
                skip(levels);
            }
        }
    }

    private byte[] string(int major, String what, int min, int max) throws CborException {
        long length = head(major, what);
        if (length < min || length > max) {
            throw failure(what + " of " + length + " bytes");
        }
        return take(length);
    }

    private int count(int major, String what, int itemsEach, int min, int max) throws CborException {
        long count = head(major, what);
        // An item takes a byte at least, so more than the rest of the input can hold is a lie.
        if (count < min || count > max || count > (input.length - position) / itemsEach) {
            throw failure(what + " of " + count + " entries");
        }
        return (int) count;
    }

    /** Reads an initial byte of the given major type and its argument. */
    private long head(int major, String what) throws CborException {
        int initial = initialByte();
        if (initial >> 5 != major) {
            throw failure("no " + what.substring(what.indexOf(' ') + 1) + " where one is needed");
        }
        position++;
        int info = initial & 31;
        if (info < 24) {
            return info;
        }
        if (info > 27) {
            throw failure(what + " of indefinite or reserved length");
        }
        int width = 1 << (info - 24);
        long value = 0;
        for (byte b : take(width)) {
            value = value << 8 | (b & 0xFF);
        }
        long shortest = width == 1 ? 24 : 1L << (width * 4);
        if (value < shortest) {
            throw failure("an integer that is not in its shortest form or exceeds 63 bits");
        }
        return value;
    }

    private int initialByte() throws CborException {
        if (position >= input.length) {
            throw failure("an early end");
        }
        return input[position] & 0xFF;
    }

    private byte[] take(long length) throws CborException {
        if (length > input.length - position) {
            throw failure("an early end");
        }
        byte[] taken = Arrays.copyOfRange(input, position, position + (int) length);
        position += (int) length;
        return taken;
    }
}
