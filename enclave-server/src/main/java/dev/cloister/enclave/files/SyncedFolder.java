package dev.cloister.enclave.files;

import dev.cloister.enclave.posix.Directory;
import dev.cloister.enclave.posix.Errno;
import dev.cloister.enclave.posix.ExtendedAttributes;
import dev.cloister.enclave.posix.FileStatus;
import dev.cloister.enclave.posix.FileSystemStatus;
import dev.cloister.enclave.posix.OpenFile;
import dev.cloister.enclave.posix.OpenFlag;
import dev.cloister.enclave.posix.PosixException;
import dev.cloister.protocol.sync.Changes;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.FileKind;
import dev.cloister.protocol.sync.OpenFlags;
import dev.cloister.protocol.sync.SyncPath;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The folder that is served. A path is resolved a name at a time, each from the descriptor of the directory before it,
 * and no name is ever followed if it is a symbolic link; there is no point at which a path is handed to the kernel as a
 * whole, so changing the tree meanwhile leads at worst to another file of the folder.
 *
 * <p>Failures are those of the kernel, and of {@link LinkFiles}; EPERM for devices, sockets and FIFOs, which are
 * listed, renamed and removed and nothing else.
 */
final class SyncedFolder {
    private static final byte[] ITSELF = {'.'};

    private final Directory root;
    private final LongSupplier runsEnded;

    /**
     * A folder.
     *
     * @param runsEnded how many runs have ended, or -1 while one is under way
     */
    SyncedFolder(Directory root, LongSupplier runsEnded) {
        this.root = root;
        this.runsEnded = runsEnded;
    }

    /** How many runs have ended, or -1 while one may be changing files of this folder. */
    long runsEnded() {
        return runsEnded.getAsLong();
    }

    /** Something done to a name in a directory. */
    private interface Work<T> {
        T with(Directory folder, byte[] name) throws PosixException;
    }

    private <T> T at(SyncPath path, Work<T> work) throws PosixException {
        List<byte[]> names = path.names();
        if (names.isEmpty()) {
            return work.with(root, ITSELF);
        }
        Directory folder = root;
        try {
            for (byte[] name : names.subList(0, names.size() - 1)) {
                Directory next = folder.enter(name);
                leave(folder);
                folder = next;
            }
            return work.with(folder, names.getLast());
        } finally {
            leave(folder);
        }
    }

    private void leave(Directory folder) {
        if (folder != root) {
            folder.close();
        }
    }

    FileAttributes attributes(SyncPath path) throws PosixException {
        return at(path, SyncedFolder::attributes);
    }

    private static FileAttributes attributes(Directory folder, byte[] name) throws PosixException {
        return FileKinds.attributes(folder.status(name));
    }

    /** EPERM for what is none of the three kinds that something can be done with. */
    private static FileKind kindOf(FileStatus status) throws PosixException {
        FileKind kind = FileKinds.of(status);
        if (kind == FileKind.OTHER) {
            throw new PosixException(Errno.EPERM);
        }
        return kind;
    }

    FileAttributes setAttributes(SyncPath path, Changes changes) throws PosixException {
        return at(path, (folder, name) -> {
            FileKind kind = kindOf(folder.status(name));
            if (changes.permissions().isPresent()) {
                setPermissions(folder, name, kind, changes.permissions().get());
            }
            if (changes.uid().isPresent() || changes.gid().isPresent()) {
                folder.changeOwner(name, changes.uid().orElse(-1), changes.gid().orElse(-1));
            }
            if (changes.size().isPresent()) {
                setSize(folder, name, kind, changes.size().get());
            }
            if (changes.accessed().isPresent() || changes.modified().isPresent()) {
                folder.changeTimes(name, changes.accessed(), changes.modified());
            }
            return attributes(folder, name);
        });
    }

    private static void setPermissions(Directory folder, byte[] name, FileKind kind, int permissions)
            throws PosixException {
        if (kind == FileKind.SYMBOLIC_LINK) {
            throw new PosixException(Errno.EOPNOTSUPP);
        }
        try (OpenFile file = folder.open(name, OpenFlag.READ, 0)) {
            if (kindOf(file.status()) == FileKind.SYMBOLIC_LINK) {
                throw new PosixException(Errno.EOPNOTSUPP);
            }
            file.changeMode(permissions);
        } catch (PosixException e) {
            if (e.errno() != Errno.EACCES) {
                throw e;
            }
            folder.changeMode(name, permissions);
        }
    }

    private static void setSize(Directory folder, byte[] name, FileKind kind, long size) throws PosixException {
        if (kind != FileKind.FILE) {
            throw new PosixException(kind == FileKind.DIRECTORY ? Errno.EISDIR : Errno.EINVAL);
        }
        try (OpenFile file = folder.open(name, OpenFlag.WRITE, 0)) {
            requireFile(file.status());
            file.truncate(size);
        }
    }

    /** Opens a regular file. Truncating takes the right to write, also where Linux is content with less. */
    OpenFile open(SyncPath path, OpenFlags flags, int permissions) throws PosixException {
        if (flags.truncate() && !flags.write()) {
            throw new PosixException(Errno.EINVAL);
        }
        return at(path, (folder, name) -> {
            if (!flags.create() || !flags.exclusive()) {
                // Opening a device can already do something, so it must not come to that.
                requireFileIfThere(folder, name, flags.create());
            }
            OpenFile file = folder.open(name, toKernel(flags), permissions);
            try {
                requireFile(file.status());
                if (flags.truncate()) {
                    file.truncate(0);
                }
                return file;
            } catch (PosixException e) {
                file.close();
                throw e;
            }
        });
    }

    private static void requireFileIfThere(Directory folder, byte[] name, boolean mayBeMissing) throws PosixException {
        try {
            requireFile(folder.status(name));
        } catch (PosixException e) {
            if (e.errno() != Errno.ENOENT || !mayBeMissing) {
                throw e;
            }
        }
    }

    private static void requireFile(FileStatus status) throws PosixException {
        switch (kindOf(status)) {
            case FILE -> {}
            case DIRECTORY -> throw new PosixException(Errno.EISDIR);
            case SYMBOLIC_LINK -> throw new PosixException(Errno.ELOOP);
            case OTHER -> throw new PosixException(Errno.EPERM);
        }
    }

    /** Without O_TRUNC: the file is emptied once it is known to be one. */
    private static int toKernel(OpenFlags flags) {
        int access =
                flags.read() && flags.write() ? OpenFlag.READ_WRITE : flags.write() ? OpenFlag.WRITE : OpenFlag.READ;
        return access
                | (flags.append() ? OpenFlag.APPEND : 0)
                | (flags.create() ? OpenFlag.CREATE : 0)
                | (flags.create() && flags.exclusive() ? OpenFlag.EXCLUSIVE : 0);
    }

    OpenFile openDirectory(SyncPath path) throws PosixException {
        return at(path, Directory::openForListing);
    }

    FileAttributes makeDirectory(SyncPath path, int permissions) throws PosixException {
        return at(path, (folder, name) -> {
            folder.makeDirectory(name, permissions);
            return attributes(folder, name);
        });
    }

    void makeSymbolicLink(SyncPath path, String target) throws PosixException {
        run(path, (folder, name) -> LinkFiles.make(folder, name, target));
    }

    String readLink(SyncPath path) throws PosixException {
        return at(path, LinkFiles::read);
    }

    void makeLink(SyncPath existing, SyncPath path) throws PosixException {
        run(existing, (folder, name) -> {
            FileKind _ = kindOf(folder.status(name));
            run(path, (into, newName) -> folder.link(name, into, newName));
        });
    }

    void removeFile(SyncPath path) throws PosixException {
        run(path, Directory::removeFile);
    }

    void removeDirectory(SyncPath path) throws PosixException {
        run(path, Directory::removeDirectory);
    }

    void rename(SyncPath from, SyncPath to, boolean replace) throws PosixException {
        run(from, (folder, name) -> run(to, (into, newName) -> folder.rename(name, into, newName, replace)));
    }

    /** Something done with the extended attributes of a file or directory. */
    interface AttributeWork<T> {
        T with(ExtendedAttributes attributes) throws PosixException;
    }

    /** Works on the extended attributes of a file or directory; EPERM for everything else, as the kernel says. */
    <T> T extendedAttributes(SyncPath path, AttributeWork<T> work) throws PosixException {
        return at(path, (folder, name) -> {
            requireAttributes(folder.status(name));
            try (OpenFile file = openForAttributes(folder, name)) {
                requireAttributes(file.status());
                return work.with(file.extendedAttributes());
            }
        });
    }

    private static OpenFile openForAttributes(Directory folder, byte[] name) throws PosixException {
        try {
            return folder.open(name, OpenFlag.READ, 0);
        } catch (PosixException e) {
            if (e.errno() != Errno.EACCES) {
                throw e;
            }
            return folder.open(name, OpenFlag.WRITE, 0);
        }
    }

    private static void requireAttributes(FileStatus status) throws PosixException {
        if (kindOf(status) == FileKind.SYMBOLIC_LINK) {
            throw new PosixException(Errno.EPERM);
        }
    }

    FileSystemStatus fileSystem() throws PosixException {
        return root.fileSystem();
    }

    /** Work without a result. */
    private interface Action {
        void with(Directory folder, byte[] name) throws PosixException;
    }

    private void run(SyncPath path, Action action) throws PosixException {
        boolean _ = at(path, (folder, name) -> {
            action.with(folder, name);
            return true;
        });
    }
}
