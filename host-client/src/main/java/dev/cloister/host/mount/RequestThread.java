package dev.cloister.host.mount;

import dev.cloister.host.remote.AnswerReader;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests from the kernel and handles them, one after another. That this is a thread of Java's own, and not one
 * of libfuse's loop, spares attaching and detaching it around each callback.
 */
final class RequestThread extends Thread implements AnswerReader {
    private static final int PAGE = 4096;

    private final Requests requests;
    private final KernelRequest request;
    private @Nullable SyncPath knownPath;
    private long knownHandle;
    private @Nullable FileAttributes knownAttributes;
    private SyncReply.@Nullable Opened opened;

    /** What a thread does. */
    interface Requests {
        /** Waits for a request; false when the mount has ended. */
        boolean receive(KernelRequest request);

        void handle(KernelRequest request);
    }

    /**
     * A thread that is not started.
     *
     * @param bufferSize bytes of the longest request
     */
    RequestThread(Requests requests, long bufferSize, int number) {
        super("fuse-" + number);
        this.requests = requests;
        this.request = new KernelRequest(Arena.ofAuto().allocate(bufferSize, PAGE));
        setDaemon(true);
    }

    @Override
    public void run() {
        while (requests.receive(request)) {
            knownAttributes = null;
            request.received();
            opened = null;
            requests.handle(request);
        }
    }

    /** The request that this thread handles. */
    static KernelRequest request() {
        return current().request;
    }

    /**
     * For a callback of this thread: whether the kernel asked for a rename to this name. Libfuse itself calls rename in
     * other requests, too.
     */
    static boolean isRenameTo(byte[] name) {
        KernelRequest request = current().request;
        if (request.opcode() != KernelRequest.RENAME) {
            return false;
        }
        // fuse_rename_in: u64 newdir; then both names.
        byte[] oldName = Native.string(request.address(8));
        return Arrays.equals(Native.string(request.address(8 + oldName.length + 1)), name);
    }

    /** For a callback of this thread: whether the kernel asked to remove a file. */
    static boolean isUnlink() {
        return current().request.opcode() == KernelRequest.UNLINK;
    }

    /** Keeps what the enclave has just told of a file for a question that belongs to the same request. */
    static void know(SyncPath path, FileAttributes attributes) {
        RequestThread thread = current();
        thread.knownPath = path;
        thread.knownHandle = 0;
        thread.knownAttributes = attributes;
    }

    /** Keeps what a file was found to be when this request opened it. */
    static void know(SyncReply.Opened opened) {
        current().opened = opened;
        know(opened.handle(), opened.attributes());
    }

    /** What this request has opened. */
    static Optional<SyncReply.Opened> opened() {
        return Optional.ofNullable(current().opened);
    }

    /** As {@link #know(SyncPath, FileAttributes)}, of an open file. */
    static void know(long handle, FileAttributes attributes) {
        RequestThread thread = current();
        thread.knownPath = null;
        thread.knownHandle = handle;
        thread.knownAttributes = attributes;
    }

    /** What this request has already told of a path. */
    static Optional<FileAttributes> known(SyncPath path) {
        RequestThread thread = current();
        return Objects.equals(thread.knownPath, path) ? Optional.ofNullable(thread.knownAttributes) : Optional.empty();
    }

    /** What this request has already told of an open file. */
    static Optional<FileAttributes> known(long handle) {
        RequestThread thread = current();
        return thread.knownPath == null && thread.knownHandle == handle
                ? Optional.ofNullable(thread.knownAttributes)
                : Optional.empty();
    }

    private static RequestThread current() {
        return (RequestThread) Thread.currentThread();
    }
}
