package dev.cloister.cli;

/**
 * Text out of files and from other machines, on its way to a terminal. Control characters could move the cursor and
 * overwrite what was said, and marks of direction could turn it around.
 */
public final class Printable {
    private Printable() {}

    /** The text with {@code ?} for control characters, marks of direction, line separators and halves of surrogates. */
    public static String of(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints().forEach(c -> printable.appendCodePoint(isUnsafe(c) ? '?' : c));
        return printable.toString();
    }

    /** Whether a terminal must not get to see this code point. */
    public static boolean isUnsafe(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            case Character.FORMAT -> isDirection(codePoint);
            default -> false;
        };
    }

    private static boolean isDirection(int codePoint) {
        return codePoint == 0x061c
                || codePoint == 0x200e
                || codePoint == 0x200f
                || (codePoint >= 0x202a && codePoint <= 0x202e)
                || (codePoint >= 0x2066 && codePoint <= 0x2069);
    }
}
