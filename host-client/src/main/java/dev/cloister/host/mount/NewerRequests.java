package dev.cloister.host.mount;

import dev.cloister.host.remote.FileException;
import dev.cloister.host.remote.RemoteFileSystem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;

/**
 * Handles requests that libfuse 2.9 does not know, and puts those right that it would answer wrongly, before it sees
 * them.
 */
final class NewerRequests {
    private static final int GETATTR_FH = 1;
    private static final int FATTR_SIZE = 1 << 3;
    private static final int FATTR_FH = 1 << 6;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int RENAME_NOREPLACE = 1;
    /** Bytes before the names in {@code struct fuse_rename2_in}, and in {@code struct fuse_rename_in}. */
    private static final int RENAME2_ARGUMENTS = 16;

    private static final int RENAME_ARGUMENTS = 8;

    private final RemoteFileSystem files;
    private final OpenFiles open;
    private final KernelDevice device;
    private final Interruptions interruptions;

    NewerRequests(RemoteFileSystem files, OpenFiles open, KernelDevice device) {
        this.files = files;
        this.open = open;
        this.device = device;
        this.interruptions = new Interruptions(device);
    }

    /** Handles a request, or makes it fit for libfuse; false if libfuse is to go on with it. */
    boolean take(KernelRequest request) {
        switch (request.opcode()) {
            case KernelRequest.GETATTR -> nameHandle(request);
            case KernelRequest.SETATTR -> nameHandleForSize(request);
            case KernelRequest.LSEEK -> {
                seek(request);
                return true;
            }
            case KernelRequest.RENAME2 -> {
                return !becomesRename(request);
            }
            case KernelRequest.INTERRUPT -> {
                interruptions.interrupt(request.argument64(0));
                return true;
            }
            default -> {}
        }
        return false;
    }

    /** The kernel asks for a file without saying through which descriptor; libfuse has no path once its folder is gone. */
    private void nameHandle(KernelRequest request) {
        if ((request.argument32(0) & GETATTR_FH) == 0) {
            OptionalLong handle = open.handleOfNode(request.node(), false);
            if (handle.isPresent()) {
                request.setArgument32(0, request.argument32(0) | GETATTR_FH);
                request.setArgument64(8, handle.getAsLong());
            }
        }
    }

    private void nameHandleForSize(KernelRequest request) {
        int what = request.argument32(0);
        if ((what & FATTR_FH) == 0 && (what & FATTR_SIZE) != 0) {
            OptionalLong handle = open.handleOfNode(request.node(), true);
            if (handle.isPresent()) {
                request.setArgument32(0, what | FATTR_FH);
                request.setArgument64(8, handle.getAsLong());
            }
        }
    }

    private void seek(KernelRequest request) {
        int whence = request.argument32(16);
        if (whence != SEEK_DATA && whence != SEEK_HOLE) {
            device.answer(request.unique(), FileException.EINVAL);
            return;
        }
        try {
            long found = files.seek(request.argument64(0), request.argument64(8), whence == SEEK_HOLE);
            ByteBuffer answer = ByteBuffer.allocateDirect(Long.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .putLong(found);
            device.answer(request.unique(), answer.flip());
        } catch (FileException e) {
            device.answer(request.unique(), e.errno());
        }
    }

    /** Makes a rename that must not replace one that libfuse knows; other flags are refused, and then this is false. */
    private boolean becomesRename(KernelRequest request) {
        if (request.argument32(8) != RENAME_NOREPLACE) {
            device.answer(request.unique(), FileException.EINVAL);
            return false;
        }
        request.becomeRename(RENAME2_ARGUMENTS, RENAME_ARGUMENTS);
        return true;
    }
}
