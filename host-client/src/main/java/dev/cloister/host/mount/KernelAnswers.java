package dev.cloister.host.mount;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.cloister.protocol.sync.SyncReply;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What libfuse answers, with what libfuse 2.9 does not know put in: larger requests, and caching for as long as it can
 * deceive nobody.
 *
 * <p>Attributes may be kept by the kernel for its shortest time, one or two ticks, if they answer the look-up of a name
 * and the file is not open. Names are looked up each time, which brings fresh ones, so this only saves asking twice for
 * one {@code stat}; what could still see old ones, an open file, has them forgotten when it is opened.
 *
 * <p>The names of directories may be kept for a second: all requests name files by path, and what a path leads to is
 * found anew for each of them. If it leads through what is no directory any more, the kernel is told to look again.
 *
 * <p>What is kept of the content over an open, {@link KeptPages} decides.
 */
final class KernelAnswers {
    private static final int ANSWER_HEADER = 16;
    private static final int ENTRY_SIZE = 128;
    private static final int S_IFMT = 0170000;
    private static final int S_IFDIR = 0040000;
    private static final int S_IFREG = 0100000;
    private static final int ENOTDIR = 20;
    private static final int ESTALE = 116;
    private static final int O_ACCMODE = 3;
    private static final int KEEP_PAGES = 1 << 1;
    private static final int NO_FLUSH = 1 << 5;

    private static final int INIT_SIZE = 64;
    private static final int VERSION = 31;
    private static final int FIRST_VERSION_WITH_PAGES = 28;
    private static final int PARALLEL_DIRECTORY_REQUESTS = 1 << 18;
    private static final int MAX_PAGES = 1 << 22;
    private static final int REQUESTS_AHEAD = 64;
    private static final int PAGE = 4096;

    private final KernelDevice device;
    private final OpenFiles open;
    private final KeptPages pages;

    KernelAnswers(KernelDevice device, OpenFiles open, KeptPages pages) {
        this.device = device;
        this.open = open;
        this.pages = pages;
    }

    /**
     * Sends an answer of libfuse's.
     *
     * @param parts address of {@code count} I/O vectors, the first of which holds the head
     * @return 0 or a negative errno
     */
    int send(KernelRequest request, long parts, int count) {
        if (count == 0) {
            // A request that is not answered, such as that to forget a node.
            return 0;
        }
        MemorySegment vectors = Native.at(parts, 16L * count);
        MemorySegment head = Native.at(vectors.get(JAVA_LONG, 0), ANSWER_HEADER);
        int error = head.get(JAVA_INT, 4);
        if (error == -ENOTDIR) {
            head.set(JAVA_INT, 4, -ESTALE);
        } else if (error == 0 && count > 1) {
            MemorySegment body = Native.at(vectors.get(JAVA_LONG, 16), vectors.get(JAVA_LONG, 24));
            switch (request.opcode()) {
                case KernelRequest.INIT -> {
                    return sendInit(request, head, body);
                }
                case KernelRequest.LOOKUP -> allowCaching(body, true);
                case KernelRequest.MKDIR -> allowCaching(body, false);
                case KernelRequest.OPEN -> {
                    device.forget(request.node(), -1, 0);
                    allowFlags(body, 8, request.argument32(0));
                    RequestThread.opened().ifPresent(opened -> allowKeeping(body, request.node(), opened));
                }
                case KernelRequest.CREATE -> allowFlags(body, ENTRY_SIZE + 8, request.argument32(0));
                default -> {}
            }
        }
        return device.write(vectors, count);
    }

    /** Changes a {@code struct fuse_entry_out}. */
    private void allowCaching(MemorySegment entry, boolean isLookup) {
        int type = entry.get(JAVA_INT, 100) & S_IFMT;
        if (type == S_IFDIR) {
            entry.set(JAVA_LONG, 16, 1);
        } else if (isLookup && type == S_IFREG && !open.isOpen(entry.get(JAVA_LONG, 40))) {
            entry.set(JAVA_INT, 36, 1);
        }
    }

    /** Changes a {@code struct fuse_open_out}: through a descriptor for reading nothing is written, so none is flushed. */
    private static void allowFlags(MemorySegment body, int offset, int openFlags) {
        if ((openFlags & O_ACCMODE) == 0) {
            body.set(JAVA_INT, offset, body.get(JAVA_INT, offset) | NO_FLUSH);
        }
    }

    private void allowKeeping(MemorySegment body, long node, SyncReply.Opened opened) {
        KeptPages.Kept kept = pages.open(node, opened, System.nanoTime());
        if (kept != null) {
            if (kept.to() > kept.from()) {
                device.forget(node, kept.from(), kept.to() - kept.from());
            }
            body.set(JAVA_INT, 8, body.get(JAVA_INT, 8) | KEEP_PAGES);
        }
    }

    /** Answers INIT in a newer version of the protocol, which has requests of up to 256 pages. */
    private int sendInit(KernelRequest request, MemorySegment head, MemorySegment init) {
        int kernelVersion = request.argument32(4);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(ANSWER_HEADER + INIT_SIZE, 8);
            MemorySegment parts = arena.allocate(16, 8);
            parts.set(JAVA_LONG, 0, answer.address());
            if (kernelVersion < FIRST_VERSION_WITH_PAGES) {
                MemorySegment.copy(head, 0, answer, 0, ANSWER_HEADER);
                MemorySegment.copy(init, 0, answer, ANSWER_HEADER, init.byteSize());
                parts.set(JAVA_LONG, 8, ANSWER_HEADER + init.byteSize());
                return device.write(parts, 1);
            }
            MemorySegment.copy(head, 0, answer, 0, ANSWER_HEADER);
            answer.set(JAVA_INT, 0, ANSWER_HEADER + INIT_SIZE);
            MemorySegment body = answer.asSlice(ANSWER_HEADER);
            MemorySegment.copy(init, 0, body, 0, Math.min(init.byteSize(), 24));
            int offered = request.argument32(12) & (MAX_PAGES | PARALLEL_DIRECTORY_REQUESTS);
            body.set(JAVA_INT, 4, Math.min(kernelVersion, VERSION));
            body.set(JAVA_INT, 8, request.argument32(8));
            body.set(JAVA_INT, 12, body.get(JAVA_INT, 12) | offered);
            body.set(JAVA_SHORT, 16, (short) REQUESTS_AHEAD);
            body.set(JAVA_SHORT, 18, (short) (REQUESTS_AHEAD * 3 / 4));
            body.set(JAVA_INT, 24, 1);
            body.set(JAVA_SHORT, 28, (short) (body.get(JAVA_INT, 20) / PAGE));
            parts.set(JAVA_LONG, 8, ANSWER_HEADER + INIT_SIZE);
            return device.write(parts, 1);
        }
    }
}
