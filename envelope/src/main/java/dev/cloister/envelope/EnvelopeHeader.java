package dev.cloister.envelope;

/**
 * What a package says of itself in plain text, docs/format/envelope-v1.md section 2. Until the payload has verified it
 * is a claim, not a fact.
 */
public record EnvelopeHeader(KmsKeyArn keyArn, EncryptedDataKey encryptedDataKey, EncryptionContext encryptionContext) {
    /**
     * Checks the length.
     *
     * @throws IllegalArgumentException if it is longer than the format allows, which only an encryption context of more
     *     than 9 KiB can bring about
     */
    public EnvelopeHeader {
        if (HeaderCodec.length(keyArn, encryptedDataKey, encryptionContext) > HeaderCodec.MAX_HEADER_LENGTH) {
            throw new IllegalArgumentException("the encryption context is too long for a package header");
        }
    }
}
