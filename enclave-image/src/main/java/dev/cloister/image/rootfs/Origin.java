package dev.cloister.image.rootfs;

/**
 * What a file of the image comes from, such as a layer of a container image or an overlay.
 *
 * @param source as it is shown to people; the same on every machine, so no path of this one
 */
public record Origin(String source) {
    /** What every image gets. */
    public static final Origin OWN = new Origin("cloister");

    private static final int MAX_LENGTH = 160;

    /** Takes out what must not reach a terminal, and shortens. */
    public Origin {
        String printable =
                source.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\s]+", " ").strip();
        source = printable.codePointCount(0, printable.length()) <= MAX_LENGTH
                ? printable
                : printable.substring(0, printable.offsetByCodePoints(0, MAX_LENGTH)) + "…";
    }
}
