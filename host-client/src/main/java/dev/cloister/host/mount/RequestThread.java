package dev.cloister.host.mount;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cloister.protocol.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Takes requests from the kernel and handles them, one after another. That this is a thread of Java's own, and not one
 * of libfuse's loop, spares attaching and detaching it around each callback.
 */
final class RequestThread extends Thread {
    private static final int PAGE = 4096;
    private static final int HEADER = 40;
    private static final int OPCODE_UNLINK = 10;
    private static final int OPCODE_RENAME = 12;

    private final FuseLibrary library;
    private final long session;
    private final long channel;
    private final MemorySegment request;
    private final MemorySegment channelReference;

    RequestThread(FuseLibrary library, long session, long channel, int number) {
        super("fuse-" + number);
        this.library = library;
        this.session = session;
        this.channel = channel;
        this.request = Arena.ofAuto().allocate(library.fuse_chan_bufsize(channel), PAGE);
        this.channelReference = Arena.ofAuto().allocate(JAVA_LONG);
        setDaemon(true);
    }

    @Override
    public void run() {
        channelReference.set(JAVA_LONG, 0, channel);
        while (true) {
            int size = library.fuse_chan_recv(channelReference.address(), request.address(), request.byteSize());
            if (size > 0) {
                library.fuse_session_process(session, request.address(), size, channel);
            } else if (size != -Libc.EINTR && size != -Libc.EAGAIN) {
                return;
            }
        }
    }

    /**
     * For a callback of this thread: whether the kernel asked for a rename to this name. Libfuse itself calls rename in
     * other requests, too.
     */
    static boolean isRenameTo(byte[] name) {
        MemorySegment request = current().request;
        if (request.get(JAVA_INT, 4) != OPCODE_RENAME) {
            return false;
        }
        // fuse_rename_in: u64 newdir; then both names.
        byte[] oldName = Native.string(request.address() + HEADER + 8);
        return Arrays.equals(Native.string(request.address() + HEADER + 8 + oldName.length + 1), name);
    }

    /** For a callback of this thread: whether the kernel asked to remove a file. */
    static boolean isUnlink() {
        return current().request.get(JAVA_INT, 4) == OPCODE_UNLINK;
    }

    private static RequestThread current() {
        return (RequestThread) Thread.currentThread();
    }
}
