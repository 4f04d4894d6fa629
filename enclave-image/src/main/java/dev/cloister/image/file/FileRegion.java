package dev.cloister.image.file;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/**
 * A stretch of an open file. Reading it leaves the channel's own position alone.
 *
 * @param channel stays the caller's to close
 * @param offset first byte
 * @param size number of bytes
 */
public record FileRegion(FileChannel channel, long offset, long size) implements Content {
    private static final int BUFFER_SIZE = 1 << 16;

    public FileRegion {
        Objects.checkFromIndexSize(offset, size, Long.MAX_VALUE);
    }

    /** A part of this region. */
    public FileRegion slice(long from, long length) {
        Objects.checkFromIndexSize(from, length, size);
        return new FileRegion(channel, offset + from, length);
    }

    /**
     * Fills a buffer from a place in this region.
     *
     * @throws EOFException when the file ends early
     */
    public void read(long from, byte[] into, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, size);
        ByteBuffer buffer = ByteBuffer.wrap(into, 0, length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + from + buffer.position()) < 0) {
                throw new EOFException("file ends " + buffer.remaining() + " bytes early");
            }
        }
    }

    /**
     * The whole region.
     *
     * @param limit largest size that is taken into memory
     */
    public byte[] readAll(int limit) throws IOException {
        if (size > limit) {
            throw new IOException(size + " bytes where at most " + limit + " are read");
        }
        byte[] bytes = new byte[(int) size];
        read(0, bytes, bytes.length);
        return bytes;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        byte[] buffer = new byte[(int) Math.min(BUFFER_SIZE, size)];
        for (long done = 0; done < size; ) {
            int length = (int) Math.min(buffer.length, size - done);
            read(done, buffer, length);
            out.write(buffer, 0, length);
            done += length;
        }
    }

    /** The region as a buffered stream. */
    public InputStream open() {
        return new RegionStream(this);
    }

    /** Reads ahead by a buffer; skipping costs nothing. */
    private static final class RegionStream extends InputStream {
        private final FileRegion region;
        private final byte[] buffer = new byte[BUFFER_SIZE];
        private long next;
        private int start;
        private int end;

        RegionStream(FileRegion region) {
            this.region = region;
        }

        @Override
        public int read() throws IOException {
            return fill() ? buffer[start++] & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            Objects.checkFromIndexSize(from, length, into.length);
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, end - start);
            System.arraycopy(buffer, start, into, from, count);
            start += count;
            return count;
        }

        /** What is left; a decompressor looks here for whether another member follows. */
        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, region.size() - next + end - start);
        }

        private boolean fill() throws IOException {
            if (start == end) {
                start = 0;
                end = (int) Math.min(buffer.length, region.size() - next);
                region.read(next, buffer, end);
                next += end;
            }
            return end > 0;
        }
    }
}
