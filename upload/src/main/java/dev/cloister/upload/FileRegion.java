package dev.cloister.upload;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A piece of a file as a stream. */
final class FileRegion extends InputStream {
    private final FileChannel channel;
    private final long end;

    FileRegion(Path file, long offset, long length) throws IOException {
        channel = FileChannel.open(file).position(offset);
        end = offset + length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        long left = end - channel.position();
        if (left <= 0) {
            return length == 0 ? 0 : -1;
        }
        return channel.read(ByteBuffer.wrap(bytes, offset, (int) Math.min(length, left)));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
