package dev.cloister.envelope.archive;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * File names as UTF-8, whatever the locale is. Java turns paths into strings by the locale's encoding, and in the C
 * locale silently loses every byte above 0x7F; a path's URI is the one place where the bytes can be had and given.
 */
final class PathNames {
    private static final Path TOP = Path.of("/");

    private PathNames() {}

    /**
     * The last component of a path.
     *
     * @throws ArchiveException if its bytes are not UTF-8
     */
    static String lastName(Path path) throws ArchiveException {
        Path last = path.getFileName();
        String text = last.toString();
        return isAscii(text) ? text : decode(TOP.resolve(last).toUri().getRawPath(), path);
    }

    /** The one-component relative path of that name. */
    static Path component(String name) {
        if (isAscii(name)) {
            return Path.of(name);
        }
        StringBuilder escaped = new StringBuilder("file:///");
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
        }
        return Path.of(URI.create(escaped.toString())).getFileName();
    }

    /** The relative path of several components, joined by slashes. */
    static Path relative(String names) {
        if (isAscii(names)) {
            return Path.of(names);
        }
        Path path = Path.of("");
        for (String name : names.split("/", -1)) {
            path = path.resolve(component(name));
        }
        return path;
    }

    private static String decode(String rawPath, Path path) throws ArchiveException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 1; i < rawPath.length(); i++) {
            char c = rawPath.charAt(i);
            if (c == '%') {
                bytes.write(HexFormat.fromHexDigits(rawPath, i + 1, i + 3));
                i += 2;
            } else if (c != '/') {
                bytes.write(c);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ArchiveException("a file name is not UTF-8: " + path);
        }
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }
}
