package dev.cloister.envelope;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads its source on a thread of its own, a bounded way ahead of its reader: so opening, decompressing and unpacking
 * each have a processor. The source's failure shows after what was read before it. It never closes the source.
 */
final class ReadAheadInputStream extends InputStream {
    private final Blocks blocks = new Blocks();
    private final Thread thread;
    private Blocks.@Nullable Block current;
    private int position;

    ReadAheadInputStream(InputStream source, String threadName) {
        thread = Thread.ofPlatform().daemon().name(threadName).start(() -> fill(source));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        Blocks.Block block = current;
        while (block == null || position == block.length()) {
            if (block != null && block.isLast()) {
                blocks.throwFailure();
                return -1;
            }
            if (block != null) {
                blocks.giveEmpty(block);
            }
            block = blocks.takeFull();
            current = block;
            position = 0;
        }
        int n = Math.min(length, block.length() - position);
        System.arraycopy(block.bytes(), position, bytes, offset, n);
        position += n;
        return n;
    }

    /** Ends the thread, at the latest when its source returns from the read that is under way. */
    @Override
    public void close() {
        Blocks.end(thread);
    }

    private void fill(InputStream source) {
        boolean last = false;
        while (!last) {
            try {
                Blocks.Block block = blocks.takeEmpty();
                last = !filled(block, source);
                blocks.giveFull(block);
            } catch (IOException e) {
                last = true;
            }
        }
    }

    /** Reads a block full; false at the end of the source, or at its failure. */
    private boolean filled(Blocks.Block block, InputStream source) {
        try {
            while (block.length() < block.bytes().length) {
                int n = source.read(block.bytes(), block.length(), block.bytes().length - block.length());
                if (n < 0) {
                    block.setLast();
                    return false;
                }
                block.setLength(block.length() + n);
            }
            return true;
        } catch (Throwable e) {
            blocks.fail(e);
            block.setLast();
            return false;
        }
    }
}
