package dev.cloister.enclave.files;

import dev.cloister.enclave.posix.FileStatus;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.FileKind;

/** How files inside the enclave look from the parent. */
final class FileKinds {
    private static final int PERMISSIONS = 0777;

    private FileKinds() {}

    static FileKind of(FileStatus status) {
        if (status.isDirectory()) {
            return FileKind.DIRECTORY;
        }
        if (status.isSymbolicLink() || LinkFiles.isLink(status)) {
            return FileKind.SYMBOLIC_LINK;
        }
        return status.isRegular() ? FileKind.FILE : FileKind.OTHER;
    }

    static FileAttributes attributes(FileStatus status) {
        return attributes(status, of(status));
    }

    private static FileAttributes attributes(FileStatus status, FileKind kind) {
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
