package dev.cloister.local.kms;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/**
 * The local cloud's own ciphertext: version (1 byte, 1), key id (16 bytes), nonce (12 bytes), AES-256-GCM ciphertext
 * with its tag. Associated data: everything before the nonce, then the encryption context.
 */
final class CiphertextBlob {
    /** The largest blob KMS takes, in bytes. */
    static final int MAX_BYTES = 6144;

    private static final byte VERSION = 1;
    private static final int HEADER_BYTES = 1 + 2 * Long.BYTES;
    private static final int MIN_BYTES = HEADER_BYTES + KeyMaterial.NONCE_BYTES + KeyMaterial.TAG_BYTES;

    private final byte[] bytes;

    private CiphertextBlob(byte[] bytes) {
        this.bytes = bytes;
    }

    static CiphertextBlob seal(KeyRecord key, EncryptionContext context, byte[] plaintext, SecureRandom random) {
        byte[] nonce = new byte[KeyMaterial.NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] header = ByteBuffer.allocate(HEADER_BYTES)
                .put(VERSION)
                .putLong(key.id().getMostSignificantBits())
                .putLong(key.id().getLeastSignificantBits())
                .array();
        byte[] sealed = key.material().seal(nonce, associatedData(header, context), plaintext);
        return new CiphertextBlob(ByteBuffer.allocate(header.length + nonce.length + sealed.length)
                .put(header)
                .put(nonce)
                .put(sealed)
                .array());
    }

    /** Reads the outside of a blob; nothing where it is none of ours. */
    static Optional<CiphertextBlob> parse(byte[] bytes) {
        boolean isOurs = bytes.length >= MIN_BYTES && bytes.length <= MAX_BYTES && bytes[0] == VERSION;
        return isOurs ? Optional.of(new CiphertextBlob(bytes.clone())) : Optional.empty();
    }

    /** The key it says it is under; only {@link #open} proves it. */
    UUID keyId() {
        ByteBuffer header = ByteBuffer.wrap(bytes, 1, HEADER_BYTES - 1);
        return new UUID(header.getLong(), header.getLong());
    }

    /** The plaintext, or nothing where key, context or bytes are not those it was sealed with. */
    Optional<byte[]> open(KeyRecord key, EncryptionContext context) {
        int sealedAt = HEADER_BYTES + KeyMaterial.NONCE_BYTES;
        byte[] header = Arrays.copyOf(bytes, HEADER_BYTES);
        byte[] nonce = Arrays.copyOfRange(bytes, HEADER_BYTES, sealedAt);
        byte[] sealed = Arrays.copyOfRange(bytes, sealedAt, bytes.length);
        return key.material().open(nonce, associatedData(header, context), sealed);
    }

    byte[] toArray() {
        return bytes.clone();
    }

    private static byte[] associatedData(byte[] header, EncryptionContext context) {
        byte[] pairs = context.canonicalBytes();
        return ByteBuffer.allocate(header.length + pairs.length)
                .put(header)
                .put(pairs)
                .array();
    }
}
