package dev.cloister.image.eif;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Works on the same blocks in several threads, each of which sees every block in order, while the caller goes on to the
 * next. A few blocks are under way at a time, so memory does not depend on how many there are.
 */
final class Lanes implements AutoCloseable {
    private static final int BLOCKS = 6;
    private static final int BLOCK_SIZE = 1 << 18;

    private final List<Work> works;
    private final List<ExecutorService> threads = new ArrayList<>();
    private final Deque<Block> free = new ArrayDeque<>();
    private final Deque<Block> busy = new ArrayDeque<>();

    /** What one thread does with each block. */
    interface Work {
        void take(byte[] bytes, int length);
    }

    /** Bytes to be worked on; the caller fills them and hands them over. */
    static final class Block {
        final byte[] bytes = new byte[BLOCK_SIZE];
        private final List<Future<?>> pending = new ArrayList<>();
    }

    Lanes(List<Work> works) {
        this.works = List.copyOf(works);
        for (Work _ : this.works) {
            threads.add(Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("measure").factory()));
        }
        for (int i = 0; i < BLOCKS; i++) {
            free.add(new Block());
        }
    }

    /** A block nobody works on; waits until there is one. */
    Block next() {
        Block block = free.poll();
        if (block != null) {
            return block;
        }
        Block oldest = busy.remove();
        await(oldest);
        return oldest;
    }

    /** Hands a block over; its bytes must not change any more. */
    void submit(Block block, int length) {
        for (int i = 0; i < works.size(); i++) {
            Work work = works.get(i);
            block.pending.add(threads.get(i).submit(() -> work.take(block.bytes, length)));
        }
        busy.add(block);
    }

    /** Takes a block back unused. */
    void giveBack(Block block) {
        free.add(block);
    }

    /** Waits until all that was handed over is done. */
    void drain() {
        while (!busy.isEmpty()) {
            Block block = busy.remove();
            await(block);
            free.add(block);
        }
    }

    private static void await(Block block) {
        boolean wasInterrupted = false;
        for (Future<?> pending : block.pending) {
            while (true) {
                try {
                    pending.get();
                    break;
                } catch (InterruptedException e) {
                    // The bytes are in use until the other thread is through with them.
                    wasInterrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("a block could not be measured", e.getCause());
                }
            }
        }
        block.pending.clear();
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        threads.forEach(ExecutorService::shutdown);
    }
}
