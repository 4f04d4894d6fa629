package dev.cloister.host.mount;

import dev.cloister.protocol.sync.SyncPath;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The open files, and those among them that have lost their name.
 *
 * <p>When an open file is removed, or replaced by a rename, libfuse would keep it under a hidden name. The enclave
 * keeps such a file alive by its handle, so here the hidden name never reaches the enclave: it only stands for the
 * file in libfuse's own tables, and leads to an open handle.
 */
final class OpenFiles {
    private static final String HIDDEN_NAME = "\\.fuse_hidden[0-9a-f]{16}";

    private final Map<Long, Long> inodesByHandle = new ConcurrentHashMap<>();
    private final Map<SyncPath, Long> inodesByHiddenPath = new ConcurrentHashMap<>();

    void opened(long handle, long inode) {
        inodesByHandle.put(handle, inode);
    }

    void released(long handle) {
        inodesByHandle.remove(handle);
    }

    /** Whether libfuse's rename to this path is its way of keeping an open file. */
    static boolean isHiding(SyncPath to) {
        byte[] name = to.names().getLast();
        return new String(name, StandardCharsets.ISO_8859_1).matches(HIDDEN_NAME) && !RequestThread.isRenameTo(name);
    }

    void hide(SyncPath hidden, long inode) {
        inodesByHiddenPath.put(hidden, inode);
    }

    /** Forgets a hidden path; false if it is an ordinary one. */
    boolean unhide(SyncPath path) {
        return inodesByHiddenPath.remove(path) != null;
    }

    /** A handle of the nameless file for which a hidden path stands. */
    OptionalLong handleOf(SyncPath path) {
        Long inode = inodesByHiddenPath.isEmpty() ? null : inodesByHiddenPath.get(path);
        if (inode == null) {
            return OptionalLong.empty();
        }
        return inodesByHandle.entrySet().stream()
                .filter(open -> open.getValue().equals(inode))
                .mapToLong(Map.Entry::getKey)
                .findAny();
    }
}
