package dev.cloister.host.testing;

import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.FileKind;
import dev.cloister.protocol.sync.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** A file, directory or symbolic link in memory. */
final class MemoryNode {
    private static final AtomicLong LAST_INODE = new AtomicLong(1);

    final FileKind kind;
    final long inode = LAST_INODE.incrementAndGet();
    final TreeMap<String, MemoryNode> children = new TreeMap<>();
    int permissions;
    int uid;
    int gid;
    int links = 1;
    String target = "";
    byte[] data = new byte[0];
    int size;
    Timestamp accessed = now();
    Timestamp modified = accessed;

    MemoryNode(FileKind kind, int permissions) {
        this.kind = kind;
        this.permissions = permissions;
    }

    static Timestamp now() {
        Instant now = Instant.now();
        return new Timestamp(now.getEpochSecond(), now.getNano());
    }

    FileAttributes attributes() {
        long length = kind == FileKind.SYMBOLIC_LINK ? target.length() : size;
        return new FileAttributes(
                kind, permissions, length, (length + 511) / 512, links, uid, gid, inode, accessed, modified, modified);
    }

    void resize(long wanted) throws MemoryFileService.Refused {
        if (wanted > MemoryFileService.MAX_FILE) {
            throw new MemoryFileService.Refused(MemoryFileService.ENOSPC);
        }
        if (wanted > data.length) {
            data = Arrays.copyOf(data, (int) Math.max(wanted, Math.min(2L * data.length, MemoryFileService.MAX_FILE)));
        } else if (wanted < size) {
            Arrays.fill(data, (int) wanted, size, (byte) 0);
        }
        size = (int) wanted;
        modified = now();
    }
}
