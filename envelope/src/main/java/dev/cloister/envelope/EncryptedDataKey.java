package dev.cloister.envelope;

import java.util.Arrays;

/** A data key as KMS encrypted it: the {@code CiphertextBlob} of {@code GenerateDataKey}, 1 to 6144 bytes. */
public final class EncryptedDataKey {
    /** docs/format/envelope-v1.md section 2, and the KMS API's own bound. */
    public static final int MAX_LENGTH = 6144;

    private final byte[] bytes;

    private EncryptedDataKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Copies the bytes that KMS gave out.
     *
     * @throws IllegalArgumentException if the length is out of bounds
     */
    public static EncryptedDataKey copyOf(byte[] bytes) {
        if (bytes.length < 1 || bytes.length > MAX_LENGTH) {
            throw new IllegalArgumentException("an encrypted data key has 1 to " + MAX_LENGTH + " bytes");
        }
        return new EncryptedDataKey(bytes.clone());
    }

    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EncryptedDataKey that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "EncryptedDataKey[" + bytes.length + " bytes]";
    }
}
