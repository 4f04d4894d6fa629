package dev.cloister.protocol.frame;

import java.nio.ByteBuffer;

/** Something that can be sent in a frame: fields, then possibly file or output data that is not copied. */
public interface Message {
    /** The frame type, 0..255. */
    int type();

    /** Upper bound of the fields' size in bytes. */
    int encodedSize();

    /** Writes the fields. */
    void encode(FieldWriter out);

    /** What follows the fields up to the frame's end. */
    default ByteBuffer data() {
        return ByteBuffer.allocate(0);
    }
}
