package dev.cloister.host.mount;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cloister.protocol.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The kernel's side of the mount: requests are read from it, answers and notices written to it, each as a whole, by any
 * thread. An answer that the kernel does not want any more is dropped.
 *
 * @see <a href="https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/include/uapi/linux/fuse.h">fuse.h</a>
 */
final class KernelDevice {
    private static final MethodHandle READ = Libc.bind("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle WRITEV = Libc.bind("writev", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private static final int ENOENT = 2;
    private static final int ANSWER_HEADER = 16;
    private static final int NOTICE_BODY = 24;
    private static final int INVALIDATE_INODE = 2;
    private static final int IO_VECTOR = 16;

    private final int descriptor;
    /** Held for reading by who writes, so that the descriptor is not closed under it. */
    private final ReadWriteLock use = new ReentrantReadWriteLock();

    private boolean ended;

    KernelDevice(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Memory of one thread for the head of an answer and the list of its parts. */
    private static final class Scratch {
        final MemorySegment head = Arena.ofAuto().allocate(ANSWER_HEADER + NOTICE_BODY, 8);
        final MemorySegment parts = Arena.ofAuto().allocate(2L * IO_VECTOR, 8);
    }

    /** Waits for a request; returns its size, or 0 when the mount has ended. */
    int receive(MemorySegment request) {
        MemorySegment errno = Libc.errnoBuffer();
        while (true) {
            long size;
            try {
                size = (long) READ.invokeExact(errno, descriptor, request, request.byteSize());
            } catch (Throwable e) {
                throw Libc.unreachable(e);
            }
            if (size > 0) {
                return (int) size;
            }
            // ENOENT is a request that was taken back while it was read.
            int error = Libc.errno();
            if (size == 0 || (error != Libc.EINTR && error != Libc.EAGAIN && error != ENOENT)) {
                return 0;
            }
        }
    }

    /** Answers with a failure, or with success and nothing else; {@code errno} is 0 or positive. */
    void answer(long unique, int errno) {
        Scratch scratch = SCRATCH.get();
        putHead(scratch.head, ANSWER_HEADER, -errno, unique);
        putPart(scratch.parts, 0, scratch.head.address(), ANSWER_HEADER);
        int _ = write(scratch.parts, 1);
    }

    /** Answers with data, which are direct. */
    void answer(long unique, ByteBuffer content) {
        Scratch scratch = SCRATCH.get();
        putHead(scratch.head, ANSWER_HEADER + content.remaining(), 0, unique);
        putPart(scratch.parts, 0, scratch.head.address(), ANSWER_HEADER);
        putPart(scratch.parts, 1, MemorySegment.ofBuffer(content).address(), content.remaining());
        int _ = write(scratch.parts, content.hasRemaining() ? 2 : 1);
    }

    /** Answers a write with the number of bytes written. */
    void answerWritten(long unique, int size) {
        Scratch scratch = SCRATCH.get();
        putHead(scratch.head, ANSWER_HEADER + 8, 0, unique);
        scratch.head.set(JAVA_INT, ANSWER_HEADER, size);
        scratch.head.set(JAVA_INT, ANSWER_HEADER + 4, 0);
        putPart(scratch.parts, 0, scratch.head.address(), ANSWER_HEADER + 8);
        int _ = write(scratch.parts, 1);
    }

    /**
     * Has the kernel forget the attributes of a file, those on their way included, and what it holds of its content.
     *
     * @param offset of what is to be forgotten; -1 for the attributes alone
     */
    void forget(long node, long offset, long length) {
        Scratch scratch = SCRATCH.get();
        MemorySegment notice = scratch.head;
        putHead(notice, ANSWER_HEADER + NOTICE_BODY, INVALIDATE_INODE, 0);
        notice.set(JAVA_LONG, ANSWER_HEADER, node);
        notice.set(JAVA_LONG, ANSWER_HEADER + 8, offset);
        notice.set(JAVA_LONG, ANSWER_HEADER + 16, length);
        putPart(scratch.parts, 0, notice.address(), ANSWER_HEADER + NOTICE_BODY);
        int _ = write(scratch.parts, 1);
    }

    /** Writes an answer that lies in {@code count} parts; returns 0 or a negative errno. */
    int write(MemorySegment parts, int count) {
        use.readLock().lock();
        try {
            MemorySegment errno = Libc.errnoBuffer();
            return ended || (long) WRITEV.invokeExact(errno, descriptor, parts, count) >= 0 ? 0 : -Libc.errno();
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        } finally {
            use.readLock().unlock();
        }
    }

    /** Writes nothing from now on: the descriptor is going to be closed. */
    void end() {
        use.writeLock().lock();
        try {
            ended = true;
        } finally {
            use.writeLock().unlock();
        }
    }

    private static void putHead(MemorySegment head, int length, int error, long unique) {
        head.set(JAVA_INT, 0, length);
        head.set(JAVA_INT, 4, error);
        head.set(JAVA_LONG, 8, unique);
    }

    private static void putPart(MemorySegment parts, int index, long address, long length) {
        parts.set(JAVA_LONG, (long) index * IO_VECTOR, address);
        parts.set(JAVA_LONG, (long) index * IO_VECTOR + 8, length);
    }
}
