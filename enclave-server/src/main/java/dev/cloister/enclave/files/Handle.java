package dev.cloister.enclave.files;

import dev.cloister.enclave.posix.Errno;
import dev.cloister.enclave.posix.OpenFile;
import dev.cloister.enclave.posix.PosixException;
import org.jspecify.annotations.Nullable;

/**
 * An open file or directory of one connection. Requests that use it hold it; it is closed when it has been given back
 * and the last of them has finished, so none of them ever works on a descriptor that means something else by then.
 */
final class Handle {
    private final OpenFile file;
    private final @Nullable DirectoryPages pages;
    private int holders = 1;

    private Handle(OpenFile file, @Nullable DirectoryPages pages) {
        this.file = file;
        this.pages = pages;
    }

    static Handle ofFile(OpenFile file) {
        return new Handle(file, null);
    }

    static Handle ofDirectory(OpenFile directory) {
        return new Handle(directory, new DirectoryPages(directory));
    }

    /** What is open, be it a file or a directory. */
    OpenFile opened() {
        return file;
    }

    /** The file, or a failure if it is a directory. */
    OpenFile file(int errnoIfDirectory) throws PosixException {
        if (pages != null) {
            throw new PosixException(errnoIfDirectory);
        }
        return file;
    }

    DirectoryPages directory() throws PosixException {
        if (pages == null) {
            throw new PosixException(Errno.ENOTDIR);
        }
        return pages;
    }

    /** Pair it with {@link #release}. */
    synchronized void hold() {
        holders++;
    }

    synchronized void release() {
        holders--;
        if (holders == 0) {
            file.close();
        }
    }
}
