package dev.cloister.attestation;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * An immutable byte string, for use inside records.
 *
 * <p>Two are compared in time that depends on their lengths only. {@link #toString} shows the length alone. It cannot be
 * wiped, so it is not for secrets.
 */
public final class Bytes {
    private final byte[] value;

    private Bytes(byte[] value) {
        this.value = value;
    }

    /** A copy of the whole array. */
    public static Bytes copyOf(byte[] value) {
        return new Bytes(value.clone());
    }

    /**
     * The bytes a hexadecimal text spells, in either case.
     *
     * @throws IllegalArgumentException when it is not one
     */
    public static Bytes ofHex(String hex) {
        return new Bytes(HexFormat.of().parseHex(hex));
    }

    public int length() {
        return value.length;
    }

    /** True when there is no byte other than zero. */
    public boolean isZero() {
        int any = 0;
        for (byte b : value) {
            any |= b;
        }
        return any == 0;
    }

    /** A copy of the bytes. */
    public byte[] toArray() {
        return value.clone();
    }

    /** The bytes in lower-case hexadecimal. */
    public String hex() {
        return HexFormat.of().formatHex(value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes bytes && MessageDigest.isEqual(value, bytes.value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return "Bytes[" + value.length + "]";
    }
}
