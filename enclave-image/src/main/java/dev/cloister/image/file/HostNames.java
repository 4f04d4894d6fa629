package dev.cloister.image.file;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * File names of this machine as raw bytes, whatever its locale. {@link Path#toString} decodes names by the locale and
 * loses what does not fit, while a path's URI always carries its bytes.
 */
public final class HostNames {
    private HostNames() {}

    /** The last part of a path, one char per byte. */
    public static String latin1(Path path) {
        String decoded = String.valueOf(path.getFileName());
        return isAscii(decoded) ? decoded : lastPartOf(path.toUri().getRawPath());
    }

    /** A whole path as it stands, such as the target of a symbolic link, one char per byte. */
    public static String latin1Whole(Path path) {
        String decoded = path.toString();
        if (isAscii(decoded)) {
            return decoded;
        }
        StringBuilder parts = new StringBuilder(path.isAbsolute() ? "/" : "");
        for (int i = 0; i < path.getNameCount(); i++) {
            parts.append(i == 0 ? "" : "/").append(latin1(path.getName(i)));
        }
        return parts.toString();
    }

    /** The path of a file below a folder of this machine. */
    public static Path resolve(Path folder, ImagePath path) {
        String name = path.latin1();
        return isAscii(name)
                ? folder.resolve(name)
                : Path.of(withPath(folder.toUri().getRawPath(), path.bytes()));
    }

    /** A symbolic link's target, to be handed to the system as it stands. */
    public static Path target(String latin1) {
        if (isAscii(latin1)) {
            return Path.of(latin1);
        }
        byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
        Path absolute = Path.of(withPath("/", bytes));
        return latin1.startsWith("/") ? absolute : Path.of("/").relativize(absolute);
    }

    private static URI withPath(String rawFolder, byte[] bytes) {
        StringBuilder raw = new StringBuilder("file://").append(rawFolder);
        if (!rawFolder.endsWith("/")) {
            raw.append('/');
        }
        for (byte b : bytes) {
            raw.append(b == '/' ? "/" : "%" + HexFormat.of().toHexDigits(b));
        }
        return URI.create(raw.toString());
    }

    private static String lastPartOf(String rawPath) {
        String trimmed = rawPath.endsWith("/") ? rawPath.substring(0, rawPath.length() - 1) : rawPath;
        String last = trimmed.substring(trimmed.lastIndexOf('/') + 1);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(last.length());
        for (int i = 0; i < last.length(); i++) {
            if (last.charAt(i) == '%') {
                bytes.write(HexFormat.fromHexDigits(last, i + 1, i + 3));
                i += 2;
            } else {
                bytes.write(last.charAt(i));
            }
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    private static boolean isAscii(String name) {
        return name.chars().allMatch(c -> c > 0 && c < 0x80);
    }
}
