package dev.cloister.envelope;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;

/**
 * Hands what is written to a thread of its own, which writes it to the sink: so compressing and sealing each have a
 * processor. A failed write of the sink shows in a later call here. It never closes the sink.
 */
final class BackgroundOutputStream extends OutputStream {
    private final Blocks blocks = new Blocks();
    private final Thread thread;
    private Blocks.Block current;

    BackgroundOutputStream(OutputStream sink) throws IOException {
        current = blocks.takeEmpty();
        thread = Thread.ofPlatform().daemon().name("package-sealer").start(() -> drain(sink));
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int end = offset + length;
        while (from < end) {
            int n = Math.min(end - from, current.bytes().length - current.length());
            System.arraycopy(bytes, from, current.bytes(), current.length(), n);
            current.setLength(current.length() + n);
            from += n;
            if (current.length() == current.bytes().length) {
                blocks.giveFull(current);
                current = blocks.takeEmpty();
                blocks.throwFailure();
            }
        }
    }

    /** Waits until the sink has everything. */
    void finish() throws IOException {
        current.setLast();
        blocks.giveFull(current);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
        blocks.throwFailure();
    }

    /** Ends the thread; what it has not written by then is lost, unless {@link #finish} was called. */
    @Override
    public void close() {
        Blocks.end(thread);
    }

    private void drain(OutputStream sink) {
        boolean broken = false;
        boolean last = false;
        while (!last) {
            try {
                Blocks.Block block = blocks.takeFull();
                last = block.isLast();
                // After a failure the blocks still go round, so that the writer comes to see it.
                if (!broken) {
                    broken = !written(block, sink);
                }
                blocks.giveEmpty(block);
            } catch (InterruptedIOException e) {
                last = true;
            }
        }
    }

    private boolean written(Blocks.Block block, OutputStream sink) {
        try {
            sink.write(block.bytes(), 0, block.length());
            return true;
        } catch (Throwable e) {
            blocks.fail(e);
            return false;
        }
    }
}
