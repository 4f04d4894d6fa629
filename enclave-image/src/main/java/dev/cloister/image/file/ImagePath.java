package dev.cloister.image.file;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The path of a file inside an image: relative to the image's root, in the raw bytes that the kernel sees, so that no
 * locale has a say in it. Ordered by those bytes, which puts a parent before its children.
 *
 * @param latin1 the bytes, one per char
 */
public record ImagePath(String latin1) implements Comparable<ImagePath> {
    /** The kernel's PATH_MAX, with the final NUL. */
    private static final int MAX_LENGTH = 4095;

    /** The kernel's NAME_MAX. */
    private static final int MAX_NAME_LENGTH = 255;

    /**
     * Checks the path.
     *
     * @throws IllegalArgumentException when this is not the path of a file below the root
     */
    public ImagePath {
        String fault = fault(latin1);
        if (fault != null) {
            throw new IllegalArgumentException(fault + ": '" + readable(latin1) + "'");
        }
    }

    /** A path that the program or its user spells, such as {@code etc/hosts}; one leading slash is allowed. */
    public static ImagePath of(String path) {
        String relative = path.startsWith("/") ? path.substring(1) : path;
        return new ImagePath(latin1(relative.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * A path read from an archive.
     *
     * @param format the archive's format, for the message
     * @throws FormatException when it is empty, absolute, too long, has an empty, {@code .} or {@code ..} part or a NUL
     */
    public static ImagePath read(String format, String latin1) throws FormatException {
        String fault = fault(latin1);
        if (fault != null) {
            throw new FormatException(format + ": " + fault + ": '" + readable(latin1) + "'");
        }
        return new ImagePath(latin1);
    }

    /** One char per byte. */
    public static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    public ImagePath resolve(ImagePath child) {
        return new ImagePath(latin1 + '/' + child.latin1);
    }

    public ImagePath resolve(String child) {
        return resolve(of(child));
    }

    /** Whether this path has a parent below the root. */
    public boolean hasParent() {
        return latin1.indexOf('/') >= 0;
    }

    /** The path one step up; only for a path that {@link #hasParent()}. */
    public ImagePath parent() {
        return new ImagePath(latin1.substring(0, latin1.lastIndexOf('/')));
    }

    /** The raw bytes. */
    public byte[] bytes() {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public int compareTo(ImagePath other) {
        return latin1.compareTo(other.latin1);
    }

    /** For people: decoded as UTF-8, control characters replaced. */
    @Override
    public String toString() {
        return readable(latin1);
    }

    private static String readable(String latin1) {
        String text = new String(latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= MAX_NAME_LENGTH ? printable : printable.substring(0, MAX_NAME_LENGTH) + "…";
    }

    private static @Nullable String fault(String latin1) {
        if (latin1.isEmpty()) {
            return "empty path";
        }
        if (latin1.startsWith("/")) {
            return "absolute path";
        }
        if (latin1.length() > MAX_LENGTH) {
            return "path longer than " + MAX_LENGTH + " bytes";
        }
        for (String part : latin1.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return "path with the part '" + part + "'";
            }
            if (part.length() > MAX_NAME_LENGTH) {
                return "file name longer than " + MAX_NAME_LENGTH + " bytes";
            }
        }
        return latin1.indexOf('\0') >= 0 ? "path with a NUL" : null;
    }
}
