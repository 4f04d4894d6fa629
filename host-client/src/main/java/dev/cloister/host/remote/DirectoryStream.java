package dev.cloister.host.remote;

import dev.cloister.protocol.sync.DirectoryEntry;
import dev.cloister.protocol.sync.SyncReply;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An open directory, read page by page. Entries have positions 0, 1, 2, …; a position that was read before can be read
 * again. Position 0 reads the directory afresh. One page is held at a time.
 */
public final class DirectoryStream {
    private final RemoteFileSystem fileSystem;
    private final long handle;
    private final long inode;
    /** Cookies by the position at which their page starts. */
    private final TreeMap<Long, Long> pages = new TreeMap<>(Map.of(0L, 0L));

    private SyncReply.@Nullable Listing page;
    private long pageStart;

    DirectoryStream(RemoteFileSystem fileSystem, SyncReply.Opened opened) {
        this.fileSystem = fileSystem;
        this.handle = opened.handle();
        this.inode = opened.attributes().inode();
    }

    public long handle() {
        return handle;
    }

    /** The directory's own inode number. */
    public long inode() {
        return inode;
    }

    /**
     * The entry at a position.
     *
     * @return null behind the last one
     */
    public synchronized @Nullable DirectoryEntry entry(long position) throws FileException {
        if (position == 0) {
            pages.clear();
            pages.put(0L, 0L);
            page = null;
        }
        Map.Entry<Long, Long> known = pages.floorEntry(position);
        SyncReply.Listing current = page;
        if (current == null || known.getKey() != pageStart) {
            current = load(known.getKey(), known.getValue());
        }
        while (position - pageStart >= current.entries().size()) {
            if (current.isLast()) {
                return null;
            }
            current = load(pageStart + current.entries().size(), current.next());
        }
        List<DirectoryEntry> entries = current.entries();
        return entries.get((int) (position - pageStart));
    }

    private SyncReply.Listing load(long start, long cookie) throws FileException {
        SyncReply.Listing loaded = fileSystem.list(handle, cookie);
        if (loaded.entries().isEmpty() && !loaded.isLast()) {
            throw new FileException(FileException.EIO);
        }
        page = loaded;
        pageStart = start;
        pages.put(start, cookie);
        return loaded;
    }

    /** Gives the directory's handle back. */
    public void release() throws FileException {
        fileSystem.release(handle);
    }
}
