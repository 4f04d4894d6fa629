package dev.cloister.envelope;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of bytes on their way from one thread to one other, in order, with a bounded number under way: the one who
 * fills takes empty blocks and gives full ones, the one who drains takes full ones and gives them back.
 */
final class Blocks {
    private static final int COUNT = 16;
    private static final int BLOCK_BYTES = 1 << 17;

    static final class Block {
        private final byte[] bytes = new byte[BLOCK_BYTES];
        private int length;
        private boolean last;

        byte[] bytes() {
            return bytes;
        }

        int length() {
            return length;
        }

        void setLength(int length) {
            this.length = length;
        }

        boolean isLast() {
            return last;
        }

        void setLast() {
            last = true;
        }
    }

    private final BlockingQueue<Block> empty = new ArrayBlockingQueue<>(COUNT);
    private final BlockingQueue<Block> full = new ArrayBlockingQueue<>(COUNT);
    private volatile @Nullable Throwable failure;

    Blocks() {
        for (int i = 0; i < COUNT; i++) {
            empty.add(new Block());
        }
    }

    Block takeEmpty() throws InterruptedIOException {
        return take(empty);
    }

    Block takeFull() throws InterruptedIOException {
        return take(full);
    }

    void giveEmpty(Block block) {
        block.length = 0;
        empty.add(block);
    }

    void giveFull(Block block) {
        full.add(block);
    }

    /** Says why the other thread will get nothing more. */
    void fail(Throwable reason) {
        failure = reason;
    }

    /** Throws what the other thread failed with, if it did. */
    void throwFailure() throws IOException {
        switch (failure) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    /** Ends a thread that takes from here and waits for it, so that it leaves its stream alone from now on. */
    static void end(Thread thread) {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Block take(BlockingQueue<Block> queue) throws InterruptedIOException {
        try {
            return queue.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
