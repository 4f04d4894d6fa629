package dev.cloister.protocol.sync;

import dev.cloister.protocol.frame.FieldReader;
import dev.cloister.protocol.frame.FieldWriter;
import dev.cloister.protocol.frame.ProtocolException;

/**
 * What {@code stat} tells of a file.
 *
 * @param permissions the nine permission bits and no others
 * @param size in bytes
 * @param blocks of 512 bytes that are allocated
 * @param links names the file has
 * @param inode number, unique in the synced folder while the file exists
 */
public record FileAttributes(
        FileKind kind,
        int permissions,
        long size,
        long blocks,
        int links,
        int uid,
        int gid,
        long inode,
        Timestamp accessed,
        Timestamp modified,
        Timestamp changed) {
    static final int SIZE = 1 + 2 + 8 + 8 + 4 + 4 + 4 + 8 + 3 * Timestamp.SIZE;
    private static final int MAX_PERMISSIONS = 0777;

    void encode(FieldWriter out) {
        out.coded(kind)
                .u16(permissions)
                .i64(size)
                .i64(blocks)
                .u32(links)
                .u32(uid)
                .u32(gid)
                .i64(inode);
        accessed.encode(out);
        modified.encode(out);
        changed.encode(out);
    }

    static FileAttributes decode(FieldReader in) throws ProtocolException {
        return new FileAttributes(
                in.coded(FileKind.values()),
                permissions(in),
                in.size(),
                in.size(),
                in.u32(),
                in.u32(),
                in.u32(),
                in.i64(),
                Timestamp.decode(in),
                Timestamp.decode(in),
                Timestamp.decode(in));
    }

    static int permissions(FieldReader in) throws ProtocolException {
        int permissions = in.u16();
        if (permissions > MAX_PERMISSIONS) {
            throw new ProtocolException("permissions beyond the nine bits");
        }
        return permissions;
    }
}
