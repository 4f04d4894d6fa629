package dev.cloister.image.container;

/** Texts of a container image as they are shown to people. */
final class Names {
    private static final int MAX_LENGTH = 200;

    private Names() {}

    static String printable(String text) {
        String printable = text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
        return printable.length() <= MAX_LENGTH ? printable : printable.substring(0, MAX_LENGTH) + "…";
    }
}
