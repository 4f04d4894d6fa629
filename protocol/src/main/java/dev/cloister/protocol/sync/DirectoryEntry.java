package dev.cloister.protocol.sync;

import dev.cloister.protocol.frame.FieldReader;
import dev.cloister.protocol.frame.FieldWriter;
import dev.cloister.protocol.frame.ProtocolException;

/**
 * A name in a directory.
 *
 * @param path the name as a path of its own, relative to the directory
 */
public record DirectoryEntry(SyncPath path, FileAttributes attributes) {
    /** Bytes it takes in a listing. */
    public int encodedSize() {
        return path.encodedSize() + FileAttributes.SIZE;
    }

    void encode(FieldWriter out) {
        path.encode(out);
        attributes.encode(out);
    }

    static DirectoryEntry decode(FieldReader in) throws ProtocolException {
        SyncPath path = SyncPath.decode(in);
        if (path.names().size() != 1) {
            throw new ProtocolException("a directory entry that is not a single name");
        }
        return new DirectoryEntry(path, FileAttributes.decode(in));
    }
}
