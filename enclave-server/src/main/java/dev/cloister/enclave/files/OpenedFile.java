package dev.cloister.enclave.files;

import dev.cloister.enclave.posix.Errno;
import dev.cloister.enclave.posix.FileSystemStatus;
import dev.cloister.enclave.posix.OpenFile;
import dev.cloister.enclave.posix.PosixException;
import dev.cloister.protocol.sync.Changes;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.SyncRequest.Allocate;

/** What is done to files through their handles, and needs more than one call. */
final class OpenedFile {
    /** Bytes of the blocks that a file's status counts. */
    private static final long STATUS_BLOCK = 512;

    private OpenedFile() {}

    static FileAttributes attributes(OpenFile file) throws PosixException {
        return FileKinds.attributes(file.status());
    }

    /**
     * Sets attributes of an open file or directory, which may have lost its name; the size takes a file that was opened
     * for writing, or fails with EINVAL.
     */
    static FileAttributes change(Handle handle, Changes changes) throws PosixException {
        OpenFile file = handle.opened();
        if (changes.permissions().isPresent()) {
            file.changeMode(changes.permissions().get());
        }
        if (changes.uid().isPresent() || changes.gid().isPresent()) {
            file.changeOwner(changes.uid().orElse(-1), changes.gid().orElse(-1));
        }
        if (changes.size().isPresent()) {
            handle.file(Errno.EINVAL).truncate(changes.size().get());
        }
        if (changes.accessed().isPresent() || changes.modified().isPresent()) {
            file.changeTimes(changes.accessed(), changes.modified());
        }
        return attributes(file);
    }

    /**
     * Makes room or a hole. What cannot fit is ENOSPC at once: a file system in memory would otherwise fill up page by
     * page before it finds out, and take that from applications meanwhile.
     */
    static void allocate(OpenFile file, Allocate request) throws PosixException {
        switch (request.kind()) {
            case GROW, KEEP_SIZE -> requireRoom(file, request.length());
            case PUNCH_HOLE -> {}
        }
        file.allocate(request.kind(), request.offset(), request.length());
    }

    private static void requireRoom(OpenFile file, long length) throws PosixException {
        FileSystemStatus fileSystem = file.fileSystem();
        long needed = length - file.status().blocks() * STATUS_BLOCK;
        if (needed / fileSystem.blockSize() > fileSystem.availableBlocks()) {
            throw new PosixException(Errno.ENOSPC);
        }
    }
}
