package dev.cloister.host.mount;

import dev.cloister.cli.CommandException;
import jnr.ffi.LibraryLoader;
import jnr.ffi.types.size_t;
import ru.serce.jnrfuse.LibFuse;

/**
 * The functions of libfuse 2.9 that {@link FuseMount} needs beyond those of jnr-fuse. Addresses are plain numbers, so
 * that a call makes no objects.
 *
 * @see <a href="https://github.com/libfuse/libfuse/tree/fuse_2_9_bugfix/include">fuse.h and fuse_lowlevel.h</a>
 */
public interface FuseLibrary extends LibFuse {
    /**
     * Mounts and makes the file system behind it.
     *
     * @param argc number of arguments at {@code argv}: a name, options, the mount point
     * @param operations address of a {@code struct fuse_operations}
     * @param mountPoint where the address of the mount point's name is put
     * @param multithreaded where an {@code int} is put
     * @return the file system, or 0
     */
    long fuse_setup(
            int argc,
            long argv,
            long operations,
            @size_t long operationsSize,
            long mountPoint,
            long multithreaded,
            long userData);

    /** Unmounts, if it is still mounted, and frees the file system and its mount point's name. */
    void fuse_teardown(long fuse, long mountPoint);

    long fuse_get_session(long fuse);

    /** The channel after {@code channel}, or the first for 0. */
    long fuse_session_next_chan(long session, long channel);

    /** The descriptor of the kernel's device. */
    int fuse_chan_fd(long channel);

    /**
     * Makes a channel of our own.
     *
     * @param operations address of a {@code struct fuse_chan_ops}: receive, send, destroy
     */
    long fuse_chan_new(long operations, int descriptor, @size_t long bufferSize, long userData);

    /** Handles a request, and answers it by the channel's {@code send}. */
    void fuse_session_process(long session, long buffer, @size_t long size, long channel);

    /**
     * Loads the library.
     *
     * @throws CommandException with status 14 when it is not installed
     */
    static FuseLibrary load() throws CommandException {
        try {
            return LibraryLoader.create(FuseLibrary.class).failImmediately().load("libfuse.so.2");
        } catch (UnsatisfiedLinkError e) {
            throw MountPoint.failed("libfuse.so.2 cannot be loaded", "install the package libfuse2");
        }
    }
}
