package dev.cloister.envelope;

import java.util.Arrays;

/**
 * The key of one package: 32 bytes that KMS gave out and that seal this package and nothing else.
 *
 * <p>It guarantees that the bytes appear in no message and are overwritten when it is closed. It cannot overwrite the
 * copies which the cryptographic libraries keep until they are collected. Closing twice does no harm.
 */
public final class DataKey implements AutoCloseable {
    /** docs/format/envelope-v1.md section 3. */
    public static final int LENGTH = 32;

    private final byte[] bytes;
    private boolean closed;

    private DataKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Copies the key's bytes; the caller still has to wipe its own.
     *
     * @throws IllegalArgumentException if there are not exactly 32
     */
    public static DataKey copyOf(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a data key has " + LENGTH + " bytes, not " + bytes.length);
        }
        return new DataKey(bytes.clone());
    }

    /**
     * A copy of the secret bytes, which the caller has to wipe.
     *
     * @throws IllegalStateException if the key is closed
     */
    public synchronized byte[] exposeSecretBytes() {
        if (closed) {
            throw new IllegalStateException("the data key is closed");
        }
        return bytes.clone();
    }

    @Override
    public synchronized void close() {
        closed = true;
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "DataKey[" + LENGTH + " bytes]";
    }
}
