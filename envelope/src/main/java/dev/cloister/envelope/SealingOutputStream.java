package dev.cloister.envelope;

import com.google.crypto.tink.subtle.StreamSegmentEncrypter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;

/**
 * Seals what is written, docs/format/envelope-v1.md section 3. Only {@link #finish} writes the last segment: a stream
 * that is given up half-way is recognised as cut short. It neither flushes nor closes the sink.
 */
final class SealingOutputStream extends OutputStream {
    private final OutputStream sink;
    private final StreamSegmentEncrypter encrypter;
    private final ByteBuffer plaintext = ByteBuffer.allocate(Sealing.PLAINTEXT_SEGMENT);
    private final ByteBuffer ciphertext = ByteBuffer.allocate(HeaderCodec.SEGMENT_SIZE);

    SealingOutputStream(OutputStream sink, DataKey key, byte[] associatedData) throws IOException {
        this.sink = sink;
        try {
            encrypter = Sealing.under(key).newStreamSegmentEncrypter(associatedData);
        } catch (GeneralSecurityException e) {
            throw Sealing.missing(e);
        }
        byte[] streamHeader = new byte[Sealing.STREAM_HEADER_LENGTH];
        encrypter.getHeader().get(streamHeader);
        sink.write(streamHeader);
        plaintext.limit(Sealing.FIRST_PLAINTEXT_SEGMENT);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int end = offset + length;
        while (from < end) {
            // A full segment is sealed when there is more: which one is the last is not known before.
            if (!plaintext.hasRemaining()) {
                seal(false);
            }
            int n = Math.min(end - from, plaintext.remaining());
            plaintext.put(bytes, from, n);
            from += n;
        }
    }

    /** Seals the last segment. Nothing may be written after it. */
    void finish() throws IOException {
        seal(true);
    }

    private void seal(boolean last) throws IOException {
        ciphertext.clear();
        try {
            encrypter.encryptSegment(plaintext.flip(), last, ciphertext);
        } catch (GeneralSecurityException e) {
            throw Sealing.missing(e);
        }
        sink.write(ciphertext.array(), 0, ciphertext.position());
        plaintext.clear();
    }
}
