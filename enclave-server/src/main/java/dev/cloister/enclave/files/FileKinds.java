package dev.cloister.enclave.files;

import dev.cloister.enclave.posix.FileStatus;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.FileKind;
import java.util.Optional;

/** How files inside the enclave look from the parent. */
final class FileKinds {
    private static final int PERMISSIONS = 0777;

    private FileKinds() {}

    /** Empty for what the protocol does not carry: devices, sockets and FIFOs. */
    static Optional<FileKind> of(FileStatus status) {
        if (status.isDirectory()) {
            return Optional.of(FileKind.DIRECTORY);
        }
        if (status.isSymbolicLink() || LinkFiles.isLink(status)) {
            return Optional.of(FileKind.SYMBOLIC_LINK);
        }
        return status.isRegular() ? Optional.of(FileKind.FILE) : Optional.empty();
    }

    static FileAttributes attributes(FileStatus status, FileKind kind) {
        return new FileAttributes(
                kind,
                kind == FileKind.SYMBOLIC_LINK ? PERMISSIONS : status.mode() & PERMISSIONS,
                status.size(),
                status.blocks(),
                status.links(),
                status.uid(),
                status.gid(),
                status.inode(),
                status.accessed(),
                status.modified(),
                status.changed());
    }
}
