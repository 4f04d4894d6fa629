package dev.cloister.protocol.sync;

import dev.cloister.protocol.frame.FieldReader;
import dev.cloister.protocol.frame.FieldWriter;
import dev.cloister.protocol.frame.ProtocolException;

/**
 * A file time.
 *
 * @param seconds since 1970, negative before
 * @param nanos 0..999,999,999
 */
public record Timestamp(long seconds, int nanos) {
    static final int SIZE = 12;

    void encode(FieldWriter out) {
        out.i64(seconds).u32(nanos);
    }

    static Timestamp decode(FieldReader in) throws ProtocolException {
        return new Timestamp(in.i64(), in.count(999_999_999));
    }
}
