package dev.cloister.protocol.sync;

import dev.cloister.protocol.frame.FieldReader;
import dev.cloister.protocol.frame.FieldWriter;
import dev.cloister.protocol.frame.ProtocolException;

/**
 * How a file is opened.
 *
 * @param append writes go to the end, whatever their offset
 * @param create makes the file when it is missing
 * @param exclusive with create: fails when it exists
 * @param truncate empties an existing file
 */
public record OpenFlags(
        boolean read, boolean write, boolean append, boolean create, boolean exclusive, boolean truncate) {
    private static final int ALL = 0x3f;

    void encode(FieldWriter out) {
        out.u8((read ? 1 : 0)
                | (write ? 2 : 0)
                | (append ? 4 : 0)
                | (create ? 8 : 0)
                | (exclusive ? 16 : 0)
                | (truncate ? 32 : 0));
    }

    static OpenFlags decode(FieldReader in) throws ProtocolException {
        int bits = in.u8();
        if ((bits & ~ALL) != 0 || (bits & 3) == 0) {
            throw new ProtocolException("open flags of " + bits);
        }
        return new OpenFlags(
                (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0, (bits & 32) != 0);
    }
}
