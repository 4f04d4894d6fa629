package dev.cloister.image.eif;

import java.util.HexFormat;
import java.util.Locale;

/**
 * The value of a platform configuration register: a SHA-384 digest.
 *
 * @param hex 96 lower-case hex digits
 */
public record Pcr(String hex) {
    private static final String ZERO = "0".repeat(96);

    /**
     * Checks the digits.
     *
     * @throws IllegalArgumentException when this is not 96 lower-case hex digits
     */
    public Pcr {
        if (!hex.matches("[0-9a-f]{96}")) {
            throw new IllegalArgumentException("a PCR is 96 hex digits, not '" + shorten(hex) + "'");
        }
    }

    /** A value that a person typed, in either case. */
    public static Pcr parse(String hex) {
        return new Pcr(hex.strip().toLowerCase(Locale.ROOT));
    }

    static Pcr of(byte[] digest) {
        return new Pcr(HexFormat.of().formatHex(digest));
    }

    /** Whether every byte is zero, as an enclave in debug mode reports. */
    public boolean isZero() {
        return hex.equals(ZERO);
    }

    @Override
    public String toString() {
        return hex;
    }

    private static String shorten(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }
}
