package dev.cloister.host.mount;

import dev.cloister.host.remote.DataTaker;
import dev.cloister.host.remote.FileData;
import java.nio.ByteBuffer;

/**
 * Handles those requests of the kernel that move file data, without libfuse: they need no names, and so the thread that
 * took one need not wait for its answer. Whichever thread has the answer gives it to the kernel.
 */
final class DataRequests {
    private static final int OTHER = 1;
    private static final int WRITE_ARGUMENTS = 40;
    private static final int WRITE_FROM_CACHE = 1;
    private static final int DATA_ONLY = 1;
    private static final int O_DIRECT = 040000 | 0200000;

    private final FileData files;
    private final KernelDevice device;
    private final KeptPages pages;

    DataRequests(FileData files, KernelDevice device, KeptPages pages) {
        this.files = files;
        this.device = device;
        this.pages = pages;
        files.onFailedWrite(pages::forgetAll);
    }

    /** Begins to handle a request; false if it is none of these. */
    boolean take(KernelRequest request) {
        int result = Errno.of(() -> begin(request) ? 0 : OTHER);
        if (result < 0) {
            device.answer(request.unique(), -result);
        }
        return result != OTHER;
    }

    private boolean begin(KernelRequest request) {
        switch (request.opcode()) {
            case KernelRequest.READ -> read(request);
            case KernelRequest.WRITE -> write(request);
            case KernelRequest.FSYNC -> synchronize(request);
            case KernelRequest.FLUSH -> flush(request);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void read(KernelRequest request) {
        long unique = request.unique();
        long offset = request.argument64(8);
        int length = request.argument32(16);
        pages.read(request.node(), offset, length, System.nanoTime());
        files.read(request.argument64(0), offset, length, new DataTaker() {
            @Override
            public void read(ByteBuffer content) {
                device.answer(unique, content);
            }

            @Override
            public void failed(int errno) {
                device.answer(unique, errno);
            }
        });
    }

    /** What the kernel writes back from its cache, or past it, has nobody whom a later error could be told. */
    private void write(KernelRequest request) {
        long unique = request.unique();
        int size = request.argument32(16);
        boolean isOrdinary =
                (request.argument32(20) & WRITE_FROM_CACHE) == 0 && (request.argument32(32) & O_DIRECT) == 0;
        files.write(
                request.argument64(0),
                request.argument64(8),
                request.data(WRITE_ARGUMENTS, size),
                isOrdinary,
                errno -> {
                    if (errno == 0) {
                        device.answerWritten(unique, size);
                    } else {
                        device.answer(unique, errno);
                    }
                });
    }

    private void synchronize(KernelRequest request) {
        long unique = request.unique();
        boolean dataOnly = (request.argument32(8) & DATA_ONLY) != 0;
        files.synchronize(request.argument64(0), dataOnly, errno -> device.answer(unique, errno));
    }

    /** The kernel asks for this at each close. */
    private void flush(KernelRequest request) {
        long unique = request.unique();
        files.settle(request.argument64(0), errno -> device.answer(unique, errno));
    }
}
