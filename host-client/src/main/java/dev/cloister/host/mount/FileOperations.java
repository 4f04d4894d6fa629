package dev.cloister.host.mount;

import dev.cloister.host.remote.FileException;
import dev.cloister.host.remote.RemoteFileSystem;
import dev.cloister.protocol.sync.Allocation;
import dev.cloister.protocol.sync.Changes;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.OpenFlags;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * libfuse's operations, as a translation of their C arguments (addresses, flags) to calls of {@link RemoteFileSystem}.
 * What is left out is left to the kernel: locks are local to the mount; access checks are its own.
 */
final class FileOperations {
    private static final int O_ACCMODE = 3;
    private static final int O_WRONLY = 1;
    private static final int O_RDWR = 2;
    private static final int O_EXCL = 0200;
    private static final int O_TRUNC = 01000;
    private static final int O_APPEND = 02000;
    private static final int S_IFMT = 0170000;
    private static final int S_IFREG = 0100000;
    private static final int PERMISSIONS = 0777;

    private static final int FALLOC_KEEP_SIZE = 1;
    private static final int FALLOC_PUNCH_HOLE = 2;

    private final RemoteFileSystem files;
    private final OpenFiles open;
    private final Owners owners;

    FileOperations(RemoteFileSystem files, OpenFiles open, Owners owners) {
        this.files = files;
        this.open = open;
        this.owners = owners;
    }

    void getattr(long path, long stat) throws FileException {
        SyncPath file = Native.path(path);
        Optional<FileAttributes> known = RequestThread.known(file);
        if (known.isPresent()) {
            show(known.get(), stat);
            return;
        }
        OptionalLong handle = open.handleOf(file);
        show(handle.isPresent() ? files.attributes(handle.getAsLong()) : files.attributes(file), stat);
    }

    void fgetattr(long stat, long fileInfo) throws FileException {
        long handle = Native.handle(fileInfo);
        Optional<FileAttributes> known = RequestThread.known(handle);
        show(known.isPresent() ? known.get() : files.attributes(handle), stat);
    }

    /** Libfuse counts its hidden name as one of the file's and leaves it out, but the enclave does not know that name. */
    private void show(FileAttributes attributes, long stat) {
        boolean isHidden =
                attributes.links() > 0 && open.isHidden(RequestThread.request().node());
        Native.putStat(stat, owners.shown(attributes), isHidden ? attributes.links() + 1 : attributes.links());
    }

    /** An application can make links too: none leads to files of this machine. */
    void readlink(long path, long target, long size) throws FileException {
        SyncPath link = Native.path(path);
        String text = files.readLink(link);
        if (!LinkTargets.stayInside(link, text)) {
            throw new FileException(FileException.EPERM);
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= size) {
            throw new FileException(FileException.ENAMETOOLONG);
        }
        Native.buffer(target, size).put(bytes).put((byte) 0);
    }

    /** Only for ordinary files; devices, pipes and sockets mean nothing in the synced folder. */
    void mknod(long path, int mode) throws FileException {
        if ((mode & S_IFMT) != S_IFREG) {
            throw new FileException(FileException.EPERM);
        }
        OpenFlags flags = new OpenFlags(false, true, false, true, true, false);
        files.release(files.open(Native.path(path), flags, mode & PERMISSIONS).handle());
    }

    void mkdir(long path, int mode) throws FileException {
        SyncPath directory = Native.path(path);
        RequestThread.know(directory, files.makeDirectory(directory, mode & PERMISSIONS));
    }

    void unlink(long path) throws FileException {
        SyncPath file = Native.path(path);
        if (!open.unhide(file)) {
            files.removeFile(file);
        }
    }

    void rmdir(long path) throws FileException {
        files.removeDirectory(Native.path(path));
    }

    void symlink(long target, long path) throws FileException {
        try {
            ByteBuffer text = ByteBuffer.wrap(Native.string(target));
            files.makeSymbolicLink(
                    Native.path(path),
                    StandardCharsets.UTF_8.newDecoder().decode(text).toString());
        } catch (CharacterCodingException e) {
            throw new FileException(FileException.EILSEQ);
        }
    }

    void rename(long from, long to) throws FileException {
        SyncPath source = Native.path(from);
        SyncPath target = Native.path(to);
        boolean mayReplace = RequestThread.request().mayReplace();
        if (!OpenFiles.isHiding(target)) {
            files.rename(source, target, mayReplace);
            return;
        }
        if (!mayReplace) {
            // Libfuse makes way for a rename to the name of an open file, which this rename must not replace.
            throw new FileException(FileException.EEXIST);
        }
        long inode = files.attributes(source).inode();
        if (RequestThread.isUnlink()) {
            files.removeFile(source);
        }
        // Otherwise the rename that follows replaces the file.
        open.hide(target, inode);
    }

    void link(long existing, long path) throws FileException {
        files.makeLink(Native.path(existing), Native.path(path));
    }

    /** The set-user-id, set-group-id and sticky bits mean nothing in the synced folder and are left out. */
    void chmod(long path, int mode) throws FileException {
        change(path, Changes.ofPermissions(mode & PERMISSIONS));
    }

    void chown(long path, int uid, int gid) throws FileException {
        change(path, Changes.ofOwner(owners.uid(uid), owners.gid(gid)));
    }

    void truncate(long path, long size) throws FileException {
        change(path, Changes.ofSize(size));
    }

    void utimens(long path, long times) throws FileException {
        change(path, Changes.ofTimes(Native.time(times, 0), Native.time(times, 1)));
    }

    /** By name, or by handle if the file has none any more: the right one, since a size takes one that may write. */
    private void change(long path, Changes changes) throws FileException {
        SyncPath file = Native.path(path);
        OptionalLong handle = open.handleOf(file, changes.size().isPresent());
        RequestThread.know(
                file, handle.isPresent() ? files.change(handle.getAsLong(), changes) : files.change(file, changes));
    }

    void ftruncate(long size, long fileInfo) throws FileException {
        long handle = Native.handle(fileInfo);
        RequestThread.know(handle, files.change(handle, Changes.ofSize(size)));
    }

    void fallocate(int mode, long offset, long length, long fileInfo) throws FileException {
        Allocation kind = switch (mode) {
            case 0 -> Allocation.GROW;
            case FALLOC_KEEP_SIZE -> Allocation.KEEP_SIZE;
            case FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE -> Allocation.PUNCH_HOLE;
            default -> throw new FileException(FileException.EOPNOTSUPP);
        };
        files.allocate(Native.handle(fileInfo), kind, offset, length);
    }

    void open(long path, long fileInfo) throws FileException {
        open(path, fileInfo, false, 0);
    }

    void create(long path, int mode, long fileInfo) throws FileException {
        open(path, fileInfo, true, mode & PERMISSIONS);
    }

    private void open(long path, long fileInfo, boolean create, int permissions) throws FileException {
        int flags = Native.openFlags(fileInfo);
        int access = flags & O_ACCMODE;
        if (access == O_ACCMODE) {
            throw new FileException(FileException.EINVAL);
        }
        // Through a handle for appending, pages of a shared mapping would be written back to the wrong place. Only a
        // file opened for writing alone cannot be mapped; for others the kernel works out where the end is.
        boolean append = (flags & O_APPEND) != 0 && access == O_WRONLY;
        OpenFlags wanted = new OpenFlags(
                access != O_WRONLY,
                access == O_WRONLY || access == O_RDWR,
                append,
                create,
                create && (flags & O_EXCL) != 0,
                (flags & O_TRUNC) != 0 && access != 0);
        SyncReply.Opened opened = files.open(Native.path(path), wanted, permissions);
        FileAttributes attributes = opened.attributes();
        open.opened(opened.handle(), attributes.inode(), access != 0);
        RequestThread.know(opened);
        Native.putHandle(fileInfo, opened.handle());
    }

    void release(long fileInfo) throws FileException {
        long handle = Native.handle(fileInfo);
        open.released(handle);
        files.release(handle);
    }

    void statfs(long statistics) throws FileException {
        Native.putStatistics(statistics, files.statistics());
    }
}
