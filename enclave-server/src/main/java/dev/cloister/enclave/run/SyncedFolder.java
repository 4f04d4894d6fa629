package dev.cloister.enclave.run;

import dev.cloister.enclave.kernel.PathHandle;
import dev.cloister.protocol.libc.Libc;
import dev.cloister.protocol.libc.SystemCallException;
import dev.cloister.protocol.run.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The synced folder as runs see it. Every name in it is the parent's, and it may change at any time. */
final class SyncedFolder {
    /** The folder in it that holds packages. */
    static final String PACKAGES = "encrypted";

    private static final int ENOTDIR = 20;

    private final Path root;

    SyncedFolder(Path root) {
        this.root = root;
    }

    /**
     * Holds what the path stands for or, where that does not exist yet, the innermost folder on its way that does.
     *
     * @throws RefusedException when not even the path's first component exists, or a symbolic link or special file is
     *     in its way
     */
    PinnedPath pin(SyncedPath path) throws RefusedException, IOException {
        PathHandle held = PathHandle.open(root);
        int depth = 0;
        try {
            for (String name : path.components()) {
                PathHandle next = held.child(name);
                held.close();
                held = next;
                depth++;
                requirePlain(held, path);
            }
        } catch (SystemCallException e) {
            if (depth == 0 || e.errno() != Libc.ENOENT) {
                held.close();
                throw missing(e, path);
            }
        } catch (IOException | RefusedException | RuntimeException e) {
            held.close();
            throw e;
        }
        return new PinnedPath(held, new SyncedPath(List.copyOf(path.components().subList(0, depth))));
    }

    /** Holds a package's file. */
    PathHandle openPackage(String name) throws RefusedException, IOException {
        Names.requireComponent(name, "the package");
        try (PathHandle top = PathHandle.open(root);
                PathHandle folder = top.child(PACKAGES)) {
            PathHandle file = folder.child(name);
            if (!file.isRegularFile()) {
                file.close();
                throw new RefusedException(Refusal.BAD_REQUEST, "the package " + Names.quote(name) + " is not a file");
            }
            return file;
        } catch (SystemCallException e) {
            if (e.errno() == Libc.ENOENT || e.errno() == ENOTDIR) {
                throw new RefusedException(
                        Refusal.PACKAGE_NOT_FOUND,
                        "no package " + Names.quote(name) + " in the synced folder's " + PACKAGES);
            }
            throw e;
        }
    }

    private static void requirePlain(PathHandle handle, SyncedPath path) throws RefusedException, IOException {
        if (!handle.isDirectory() && !handle.isRegularFile()) {
            throw new RefusedException(
                    Refusal.BAD_REQUEST, "the path " + Names.quote(path.text()) + " is neither a file nor a folder");
        }
    }

    private static RefusedException missing(SystemCallException failure, SyncedPath path) throws SystemCallException {
        if (failure.errno() != Libc.ENOENT && failure.errno() != ENOTDIR) {
            throw failure;
        }
        return new RefusedException(
                Refusal.PATH_NOT_FOUND, "no " + Names.quote(path.text()) + " in the synced folder: make it with mkdir");
    }
}
