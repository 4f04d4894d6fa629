package dev.cloister.image.file;

import java.io.IOException;
import java.io.OutputStream;

/** Bytes of a size known ahead, which can be written any number of times without being held in memory. */
public interface Content {
    /** Number of bytes that {@link #writeTo} writes. */
    long size();

    /**
     * Writes all the bytes.
     *
     * @throws IOException when the source cannot be read or no longer has {@link #size()} bytes
     */
    void writeTo(OutputStream out) throws IOException;

    /** A copy of some bytes. */
    static Content of(byte[] bytes) {
        byte[] copy = bytes.clone();
        return new Content() {
            @Override
            public long size() {
                return copy.length;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(copy);
            }
        };
    }
}
