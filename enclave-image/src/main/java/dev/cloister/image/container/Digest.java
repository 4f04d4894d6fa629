package dev.cloister.image.container;

import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The name of a blob, which is what its bytes hash to.
 *
 * @param hex 64 lower-case digits: SHA-256, the only algorithm in use
 */
record Digest(String hex) {
    private static final String PREFIX = "sha256:";
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final int BUFFER_SIZE = 1 << 17;

    /**
     * Reads {@code sha256:HEX}.
     *
     * @throws FormatException for anything else
     */
    static Digest parse(String text) throws FormatException {
        if (!text.startsWith(PREFIX)) {
            throw new FormatException("container image: a digest that is not 'sha256:' and 64 hex digits");
        }
        return ofHex(text.substring(PREFIX.length()));
    }

    static Digest ofHex(String hex) throws FormatException {
        if (!HEX.matcher(hex).matches()) {
            throw new FormatException("container image: a digest that is not 'sha256:' and 64 hex digits");
        }
        return new Digest(hex);
    }

    static Digest of(FileRegion region) throws IOException {
        MessageDigest digest = algorithm();
        byte[] buffer = new byte[BUFFER_SIZE];
        for (long done = 0; done < region.size(); ) {
            int length = (int) Math.min(buffer.length, region.size() - done);
            region.read(done, buffer, length);
            digest.update(buffer, 0, length);
            done += length;
        }
        return finish(digest);
    }

    static Digest finish(MessageDigest digest) {
        return new Digest(HexFormat.of().formatHex(digest.digest()));
    }

    static MessageDigest algorithm() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return PREFIX + hex;
    }
}
