package dev.cloister.local.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.regex.Pattern;

/** A body in chunks by RFC 9112, section 7.1; trailers are read and left out of account. */
final class ChunkedBody extends InputStream {
    private static final Pattern SIZE = Pattern.compile("([0-9A-Fa-f]{1,12})(;.*)?");

    private final InputStream in;
    private long left;
    private boolean isFirst = true;
    private boolean isEnded;

    ChunkedBody(InputStream in) {
        this.in = in;
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
        if (left == 0 && !isEnded) {
            nextChunk();
        }
        if (isEnded) {
            return -1;
        }
        int count = in.read(buffer, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new EOFException("the body is cut short");
        }
        left -= count;
        return count;
    }

    private void nextChunk() throws IOException {
        int[] budget = {RequestHead.MAX_BYTES - 1};
        if (!isFirst && !"".equals(RequestHead.readLine(in, budget))) {
            throw new ProtocolException("a chunk does not end where it should");
        }
        isFirst = false;
        String line = RequestHead.readLine(in, budget);
        if (line == null || !SIZE.matcher(line).matches()) {
            throw new ProtocolException("not the size of a chunk");
        }
        int semicolon = line.indexOf(';');
        left = Long.parseLong(semicolon < 0 ? line : line.substring(0, semicolon), 16);
        if (left == 0) {
            String trailer = RequestHead.readLine(in, budget);
            while (trailer != null && !trailer.isEmpty()) {
                trailer = RequestHead.readLine(in, budget);
            }
            isEnded = true;
        }
    }
}
