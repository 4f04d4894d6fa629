package dev.cloister.local.http;

import dev.cloister.local.sigv4.ReceivedRequest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the request line and the headers of HTTP/1.1 (RFC 9112), strictly: no folded lines, no second length. */
final class RequestHead {
    /** The most that request line and headers may have together, in bytes. */
    static final int MAX_BYTES = 65536;

    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,16}");
    private static final Pattern TARGET = Pattern.compile("/[\\x21-\\x7e]*");
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,15}");

    private RequestHead() {}

    /** The next request of a connection; nothing where the client has ended it. */
    static Optional<ReceivedRequest> read(InputStream in) throws IOException {
        int[] left = {MAX_BYTES};
        String line = readLine(in, left);
        if (line == null) {
            return Optional.empty();
        }
        String[] parts = line.split(" ", -1);
        if (parts.length != 3
                || !METHOD.matcher(parts[0]).matches()
                || !TARGET.matcher(parts[1]).matches()
                || !parts[2].equals("HTTP/1.1")) {
            throw new ProtocolException("not a request line of HTTP/1.1");
        }
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String header = readLine(in, left); header == null || !header.isEmpty(); header = readLine(in, left)) {
            int colon = header == null ? -1 : header.indexOf(':');
            if (header == null
                    || colon < 0
                    || !NAME.matcher(header.substring(0, colon)).matches()) {
                throw new ProtocolException("not a header");
            }
            headers.computeIfAbsent(header.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(header.substring(colon + 1).strip());
        }
        return Optional.of(new ReceivedRequest(parts[0], parts[1], headers, new byte[0]));
    }

    /** The body that the headers announce. */
    static InputStream body(ReceivedRequest head, InputStream in) throws IOException {
        List<String> lengths = head.headers().getOrDefault("content-length", List.of());
        List<String> encodings = head.headers().getOrDefault("transfer-encoding", List.of());
        if (lengths.isEmpty() && encodings.isEmpty()) {
            return InputStream.nullInputStream();
        }
        if (encodings.equals(List.of("chunked")) && lengths.isEmpty()) {
            return new ChunkedBody(in);
        }
        if (!encodings.isEmpty()
                || lengths.size() != 1
                || !LENGTH.matcher(lengths.getFirst()).matches()) {
            throw new ProtocolException("the length of the body is not clear");
        }
        return new FixedBody(in, Long.parseLong(lengths.getFirst()));
    }

    /** A line without its end; null at the end of the stream. Also used between chunks. */
    static @org.jspecify.annotations.Nullable String readLine(InputStream in, int[] left) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int one = in.read(); one != '\n'; one = in.read()) {
            if (one < 0) {
                if (line.isEmpty() && left[0] == MAX_BYTES) {
                    return null;
                }
                throw new EOFException("the request is cut short");
            }
            if (--left[0] < 0) {
                throw new ProtocolException("the head is longer than " + MAX_BYTES + " bytes");
            }
            line.append((char) one);
        }
        if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
            throw new ProtocolException("a line does not end with CR LF");
        }
        line.setLength(line.length() - 1);
        // Headers are UTF-8 where they are more than ASCII, as clients of S3 send them.
        return new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
