package dev.cloister.host.mount;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.BaseStruct;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * The {@code struct fuse_operations} that leads libfuse to {@link FileOperations}, {@link DirectoryOperations} and
 * {@link ExtendedAttributeOperations}; what moves file data is not in it, because {@link DataRequests} takes that before
 * libfuse sees it. The layout is jnr-fuse's; the callbacks are not, because its own take paths as text, where names are
 * bytes.
 */
final class OperationTable {
    /** Handles are enough for read, write and the like: no path is worked out for them. */
    private static final byte NULLPATH_OK = 1;

    private static final byte NOPATH = 2;
    /** utimens understands UTIME_NOW and UTIME_OMIT. */
    private static final byte UTIME_OMIT_OK = 4;

    private final Runtime runtime = Runtime.getSystemRuntime();
    private final Layout layout = new Layout(runtime);
    private final MemorySegment table = Arena.ofAuto().allocate(Struct.size(layout), 8);
    /** jnr frees a callback that nobody holds. */
    private final List<Object> callbacks = new ArrayList<>();

    /** Lets the offsets of jnr-fuse's structure be read. */
    private static final class Layout extends FuseOperations {
        Layout(Runtime runtime) {
            super(runtime);
        }

        long offset(Func<?> member) {
            return member.offset();
        }

        /** Of the bit field that begins with {@code flag_nullpath_ok}. */
        long flagsOffset() {
            return flag_nullpath_ok.offset();
        }
    }

    OperationTable(FileOperations files, DirectoryOperations directories, ExtendedAttributeOperations attributes) {
        table.set(JAVA_BYTE, layout.flagsOffset(), (byte) (NULLPATH_OK | NOPATH | UTIME_OMIT_OK));
        putFiles(files);
        putNames(files);
        putChanges(files);
        putExtendedAttributes(attributes);
        put(layout.opendir, Calls.LL.class, (path, info) -> Errno.of(() -> directories.opendir(path, info)));
        put(
                layout.readdir,
                Calls.LLLLL.class,
                (path, buffer, filler, offset, info) ->
                        Errno.of(() -> directories.readdir(buffer, filler, offset, info)));
        put(
                layout.fsyncdir,
                Calls.LIL.class,
                (path, dataOnly, info) -> Errno.of(() -> directories.fsyncdir(dataOnly, info)));
        put(layout.releasedir, Calls.LL.class, (path, info) -> Errno.of(() -> directories.releasedir(info)));
    }

    private void putFiles(FileOperations files) {
        put(layout.open, Calls.LL.class, (path, info) -> Errno.of(() -> files.open(path, info)));
        put(layout.create, Calls.LIL.class, (path, mode, info) -> Errno.of(() -> files.create(path, mode, info)));
        put(layout.ftruncate, Calls.LLL.class, (path, size, info) -> Errno.of(() -> files.ftruncate(size, info)));
        put(
                layout.fallocate,
                Calls.LILLL.class,
                (path, mode, offset, length, info) -> Errno.of(() -> files.fallocate(mode, offset, length, info)));
        put(layout.fgetattr, Calls.LLL.class, (path, stat, info) -> Errno.of(() -> files.fgetattr(stat, info)));
        put(layout.release, Calls.LL.class, (path, info) -> Errno.of(() -> files.release(info)));
    }

    private void putNames(FileOperations files) {
        put(layout.getattr, Calls.LL.class, (path, stat) -> Errno.of(() -> files.getattr(path, stat)));
        put(
                layout.readlink,
                Calls.LLL.class,
                (path, target, size) -> Errno.of(() -> files.readlink(path, target, size)));
        put(layout.mknod, Calls.LIL.class, (path, mode, device) -> Errno.of(() -> files.mknod(path, mode)));
        put(layout.mkdir, Calls.LI.class, (path, mode) -> Errno.of(() -> files.mkdir(path, mode)));
        put(layout.unlink, Calls.L.class, path -> Errno.of(() -> files.unlink(path)));
        put(layout.rmdir, Calls.L.class, path -> Errno.of(() -> files.rmdir(path)));
        put(layout.symlink, Calls.LL.class, (target, path) -> Errno.of(() -> files.symlink(target, path)));
        put(layout.rename, Calls.LL.class, (from, to) -> Errno.of(() -> files.rename(from, to)));
        put(layout.link, Calls.LL.class, (existing, path) -> Errno.of(() -> files.link(existing, path)));
    }

    private void putChanges(FileOperations files) {
        put(layout.chmod, Calls.LI.class, (path, mode) -> Errno.of(() -> files.chmod(path, mode)));
        put(layout.chown, Calls.LII.class, (path, uid, gid) -> Errno.of(() -> files.chown(path, uid, gid)));
        put(layout.truncate, Calls.LL.class, (path, size) -> Errno.of(() -> files.truncate(path, size)));
        put(layout.utimens, Calls.LL.class, (path, times) -> Errno.of(() -> files.utimens(path, times)));
        put(layout.statfs, Calls.LL.class, (path, statistics) -> Errno.of(() -> files.statfs(statistics)));
    }

    private void putExtendedAttributes(ExtendedAttributeOperations attributes) {
        put(
                layout.getxattr,
                Calls.LLLL.class,
                (path, name, value, size) -> Errno.of(() -> attributes.get(path, name, value, size)));
        put(
                layout.setxattr,
                Calls.LLLLI.class,
                (path, name, value, size, flags) -> Errno.of(() -> attributes.set(path, name, value, size, flags)));
        put(layout.listxattr, Calls.LLL.class, (path, list, size) -> Errno.of(() -> attributes.list(path, list, size)));
        put(layout.removexattr, Calls.LL.class, (path, name) -> Errno.of(() -> attributes.remove(path, name)));
    }

    private <T> void put(BaseStruct.Func<?> place, Class<T> shape, T callback) {
        callbacks.add(callback);
        long address =
                runtime.getClosureManager().getClosurePointer(shape, callback).address();
        table.set(JAVA_LONG, layout.offset(place), address);
    }

    long address() {
        return table.address();
    }

    long size() {
        return table.byteSize();
    }
}
