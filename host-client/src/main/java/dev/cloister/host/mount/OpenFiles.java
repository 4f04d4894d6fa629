package dev.cloister.host.mount;

import dev.cloister.protocol.sync.SyncPath;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
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
    /** Where the node is in a hidden name. */
    private static final int NODE_START = ".fuse_hidden".length();

    private record Open(long inode, boolean isWritable) {}

    private final Map<Long, Open> openByHandle = new ConcurrentHashMap<>();
    private final Map<Long, Integer> handlesByInode = new ConcurrentHashMap<>();
    /** By the hidden name alone, which libfuse makes unique: the folder it was in may be renamed or removed. */
    private final Map<String, Long> inodesByHiddenName = new ConcurrentHashMap<>();
    /** By the kernel's name of the file, of which the hidden name begins with the lower half. */
    private final Map<Integer, Long> inodesByHiddenNode = new ConcurrentHashMap<>();

    void opened(long handle, long inode, boolean isWritable) {
        handlesByInode.merge(inode, 1, Integer::sum);
        openByHandle.put(handle, new Open(inode, isWritable));
    }

    void released(long handle) {
        Open open = openByHandle.remove(handle);
        if (open != null) {
            handlesByInode.computeIfPresent(open.inode(), (_, count) -> count == 1 ? null : count - 1);
        }
    }

    /** Whether a file is open, by its inode number. */
    boolean isOpen(long inode) {
        return handlesByInode.containsKey(inode);
    }

    /** Whether libfuse's rename to this path is its way of keeping an open file. */
    static boolean isHiding(SyncPath to) {
        return name(to).matches(HIDDEN_NAME)
                && !RequestThread.isRenameTo(to.names().getLast());
    }

    private static String name(SyncPath path) {
        return path.isRoot() ? "" : new String(path.names().getLast(), StandardCharsets.ISO_8859_1);
    }

    void hide(SyncPath hidden, long inode) {
        inodesByHiddenName.put(name(hidden), inode);
        inodesByHiddenNode.put(nodeOf(name(hidden)), inode);
    }

    private static int nodeOf(String hiddenName) {
        return Integer.parseUnsignedInt(hiddenName, NODE_START, NODE_START + 8, 16);
    }

    /** Forgets a hidden path; false if it is an ordinary one. */
    boolean unhide(SyncPath path) {
        if (inodesByHiddenName.isEmpty() || inodesByHiddenName.remove(name(path)) == null) {
            return false;
        }
        inodesByHiddenNode.remove(nodeOf(name(path)));
        return true;
    }

    /** Whether a file that the kernel names has lost its name. */
    boolean isHidden(long node) {
        return !inodesByHiddenNode.isEmpty() && inodesByHiddenNode.containsKey((int) node);
    }

    /** A handle of a file that has lost its name, by the kernel's name of it; writable if there is such a one. */
    OptionalLong handleOfNode(long node, boolean writable) {
        Long inode = inodesByHiddenNode.isEmpty() ? null : inodesByHiddenNode.get((int) node);
        return inode == null ? OptionalLong.empty() : handleOf(inode, writable);
    }

    /** A handle of the nameless file for which a hidden path stands. */
    OptionalLong handleOf(SyncPath path) {
        return handleOf(path, false);
    }

    /** The same; where a writable one is wanted and there is none, any other. */
    OptionalLong handleOf(SyncPath path, boolean writable) {
        Long inode = inodesByHiddenName.isEmpty() ? null : inodesByHiddenName.get(name(path));
        return inode == null ? OptionalLong.empty() : handleOf(inode, writable);
    }

    private OptionalLong handleOf(long inode, boolean writable) {
        return openByHandle.entrySet().stream()
                .filter(open -> open.getValue().inode == inode)
                .sorted(Comparator.comparing(open -> open.getValue().isWritable != writable))
                .mapToLong(Map.Entry::getKey)
                .findFirst();
    }
}
