package dev.cloister.local.s3;

import dev.cloister.local.sigv4.ChunkSignatures;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A body of content encoding {@code aws-chunked}: chunks, each with its signature where they are signed, and lines of
 * checksums behind the last. A signed chunk is held back until its signature has been checked.
 */
final class AwsChunkedBody extends InputStream {
    /** The largest chunk, in bytes; the SDKs' have at most 1 MiB. A signed one is held in memory. */
    private static final int MAX_CHUNK = 16 << 20;

    private static final int MAX_LINE = 4096;
    private static final int MAX_TRAILERS = 16;
    private static final Pattern HEAD = Pattern.compile("([0-9A-Fa-f]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?");
    private static final String TRAILER_SIGNATURE = "x-amz-trailer-signature";

    private final InputStream in;
    private final Optional<ChunkSignatures> signatures;
    private final boolean hasTrailer;
    private final Map<String, String> trailers = new TreeMap<>();
    private byte[] chunk = new byte[0];
    private int position;
    private boolean isEnded;

    /**
     * Decodes a body.
     *
     * @param signatures empty where chunks are not signed
     * @param hasTrailer whether lines follow the last chunk
     */
    AwsChunkedBody(InputStream in, Optional<ChunkSignatures> signatures, boolean hasTrailer) {
        this.in = in;
        this.signatures = signatures;
        this.hasTrailer = hasTrailer;
    }

    /** The lines behind the last chunk, by lower-case name; empty until the end has been read. */
    Map<String, String> trailers() {
        return trailers;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position == chunk.length && !isEnded) {
            nextChunk();
        }
        if (isEnded) {
            return -1;
        }
        int count = Math.min(length, chunk.length - position);
        System.arraycopy(chunk, position, buffer, offset, count);
        position += count;
        return count;
    }

    private void nextChunk() throws IOException {
        Matcher head = HEAD.matcher(line());
        if (!head.matches() || (head.group(2) != null) != signatures.isPresent()) {
            throw new ProtocolException("not the head of a chunk");
        }
        long size = Long.parseLong(head.group(1), 16);
        if (size > MAX_CHUNK) {
            throw new ProtocolException("a chunk is larger than " + MAX_CHUNK + " bytes");
        }
        chunk = in.readNBytes((int) size);
        position = 0;
        if (chunk.length != size) {
            throw new EOFException("the body is cut short");
        }
        if (signatures.isPresent() && !signatures.get().isNextChunk(chunk, head.group(2))) {
            throw new BodyRefusedException(new S3Exception(
                    403, "SignatureDoesNotMatch", "The chunk signature does not match the one that was calculated"));
        }
        if (size == 0) {
            readEnd();
            isEnded = true;
        } else {
            requireEmpty(line());
        }
    }

    private void readEnd() throws IOException {
        StringBuilder signed = new StringBuilder();
        String line = line();
        while (hasTrailer && !line.isEmpty()) {
            int colon = line.indexOf(':');
            if (colon < 0 || trailers.size() == MAX_TRAILERS) {
                throw new ProtocolException("not a line of a trailer");
            }
            String name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            trailers.put(name, value);
            if (!name.equals(TRAILER_SIGNATURE)) {
                signed.append(name).append(':').append(value).append('\n');
            }
            line = line();
        }
        requireEmpty(line);
        if (hasTrailer && signatures.isPresent()) {
            String signature = trailers.getOrDefault(TRAILER_SIGNATURE, "");
            if (!signatures.get().isTrailer(signed.toString(), signature)) {
                throw new BodyRefusedException(
                        new S3Exception(403, "SignatureDoesNotMatch", "The trailer's signature does not match"));
            }
        }
    }

    private static void requireEmpty(String line) throws ProtocolException {
        if (!line.isEmpty()) {
            throw new ProtocolException("a chunk does not end where it should");
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int one = in.read(); one != '\n'; one = in.read()) {
            if (one < 0) {
                throw new EOFException("the body is cut short");
            }
            if (line.length() == MAX_LINE) {
                throw new ProtocolException("a line between chunks is too long");
            }
            line.append((char) one);
        }
        if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
            line.setLength(line.length() - 1);
        }
        return new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
