package dev.cloister.enclave.run;

import dev.cloister.enclave.kernel.PathHandle;
import java.io.Closeable;

/** What a path of the synced folder stood for when it was looked at, held against later renaming. */
record PinnedPath(PathHandle handle, SyncedPath path) implements Closeable {
    @Override
    public void close() {
        handle.close();
    }
}
