package dev.cloister.enclave.files;

import dev.cloister.enclave.posix.Errno;
import dev.cloister.enclave.posix.PosixException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The handles of one connection. Numbers are given out once in the life of the service, so that one from a connection
 * that was cut means nothing on the next.
 */
final class HandleTable {
    private final AtomicLong numbers;
    private final int limit;
    private final Map<Long, Handle> handles = new HashMap<>();
    private boolean closed;

    /**
     * An empty table.
     *
     * @param numbers where the service counts its handles
     */
    HandleTable(AtomicLong numbers, int limit) {
        this.numbers = numbers;
        this.limit = limit;
    }

    /** Fails with EMFILE when the table is full: asked before a file is opened, which may already make or empty it. */
    synchronized void requireRoom() throws PosixException {
        if (closed || handles.size() >= limit) {
            throw new PosixException(Errno.EMFILE);
        }
    }

    /** Takes over a handle; on failure it has been released. EMFILE when the table is full. */
    synchronized long add(Handle handle) throws PosixException {
        try {
            requireRoom();
        } catch (PosixException e) {
            handle.release();
            throw e;
        }
        long number = numbers.incrementAndGet();
        handles.put(number, handle);
        return number;
    }

    /** A handle that the caller holds from now on; EBADF when there is none. */
    synchronized Handle hold(long number) throws PosixException {
        @Nullable Handle handle = handles.get(number);
        if (handle == null) {
            throw new PosixException(Errno.EBADF);
        }
        handle.hold();
        return handle;
    }

    /** Gives a handle back; EBADF when there is none. */
    synchronized void remove(long number) throws PosixException {
        @Nullable Handle handle = handles.remove(number);
        if (handle == null) {
            throw new PosixException(Errno.EBADF);
        }
        handle.release();
    }

    /** Gives all back, and takes no further ones. */
    synchronized void close() {
        closed = true;
        List.copyOf(handles.values()).forEach(Handle::release);
        handles.clear();
    }
}
