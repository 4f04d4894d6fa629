package dev.cloister.envelope;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/** The parameters of docs/format/envelope-v1.md section 3. */
final class Sealing {
    /** Section 3: salt, nonce prefix and their length byte, before the first segment. */
    static final int STREAM_HEADER_LENGTH = 40;

    static final int TAG_LENGTH = 16;
    static final int PLAINTEXT_SEGMENT = HeaderCodec.SEGMENT_SIZE - TAG_LENGTH;
    static final int FIRST_PLAINTEXT_SEGMENT = PLAINTEXT_SEGMENT - STREAM_HEADER_LENGTH;

    private static final String HKDF = "HmacSha256";
    private static final int DERIVED_KEY_LENGTH = 32;
    private static final int FIRST_SEGMENT_OFFSET = 0;

    private Sealing() {}

    static AesGcmHkdfStreaming under(DataKey key) {
        byte[] secret = key.exposeSecretBytes();
        try {
            return new AesGcmHkdfStreaming(
                    secret, HKDF, DERIVED_KEY_LENGTH, HeaderCodec.SEGMENT_SIZE, FIRST_SEGMENT_OFFSET);
        } catch (GeneralSecurityException e) {
            throw missing(e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** AES-GCM and HMAC-SHA-256 are in every Java runtime; one without them cannot do anything here. */
    static IllegalStateException missing(GeneralSecurityException cause) {
        return new IllegalStateException("this Java runtime lacks a cipher", cause);
    }
}
