package dev.cloister.envelope;

import com.google.crypto.tink.subtle.StreamSegmentDecrypter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/**
 * Gives out the plaintext of sealed segments, each only after its tag has verified, docs/format/envelope-v1.md section
 * 3.1. Its end is reached only after the last segment has verified and nothing follows it. The first failure is final.
 */
final class OpeningInputStream extends InputStream {
    private static final String NOT_AUTHENTIC = "the package is not authentic";

    private final InputStream source;
    private final StreamSegmentDecrypter decrypter;

    /** One segment, and the first byte of the next, which tells that this one is not the last. */
    private final byte[] ciphertext = new byte[HeaderCodec.SEGMENT_SIZE + 1];

    private final ByteBuffer plaintext =
            ByteBuffer.allocate(Sealing.PLAINTEXT_SEGMENT).limit(0);
    private int segmentNumber;
    private boolean last;
    private @Nullable IOException failure;

    OpeningInputStream(InputStream source, DataKey key, byte[] associatedData) throws IOException {
        this.source = source;
        byte[] streamHeader = source.readNBytes(Sealing.STREAM_HEADER_LENGTH);
        if (streamHeader.length < Sealing.STREAM_HEADER_LENGTH) {
            throw endedEarly();
        }
        int next = source.read();
        if (next < 0) {
            throw endedEarly();
        }
        ciphertext[0] = (byte) next;
        try {
            decrypter = Sealing.under(key).newStreamSegmentDecrypter();
            decrypter.init(ByteBuffer.wrap(streamHeader), associatedData);
        } catch (GeneralSecurityException e) {
            // The stream header's own length byte is the one thing that can be wrong with it.
            throw new NotAuthenticException(NOT_AUTHENTIC);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!plaintext.hasRemaining()) {
            if (failure != null) {
                throw failure;
            }
            if (last) {
                return -1;
            }
            openSegment();
        }
        int n = Math.min(length, plaintext.remaining());
        plaintext.get(bytes, offset, n);
        return n;
    }

    private void openSegment() throws IOException {
        try {
            int size = segmentNumber == 0
                    ? HeaderCodec.SEGMENT_SIZE - Sealing.STREAM_HEADER_LENGTH
                    : HeaderCodec.SEGMENT_SIZE;
            int n = 1 + source.readNBytes(ciphertext, 1, size);
            last = n <= size;
            int length = Math.min(n, size);
            if (!verified(length, last)) {
                throw notAuthentic(length);
            }
            ciphertext[0] = ciphertext[size];
            segmentNumber++;
        } catch (IOException e) {
            failure = e;
            plaintext.limit(0);
            throw e;
        }
    }

    private boolean verified(int length, boolean asLast) {
        if (length < Sealing.TAG_LENGTH) {
            return false;
        }
        plaintext.clear();
        try {
            decrypter.decryptSegment(ByteBuffer.wrap(ciphertext, 0, length), segmentNumber, asLast, plaintext);
        } catch (GeneralSecurityException e) {
            return false;
        } finally {
            plaintext.flip();
        }
        return true;
    }

    /** A segment that verifies in the other role tells what happened to the file. */
    private NotAuthenticException notAuthentic(int length) {
        if (!verified(length, !last)) {
            return new NotAuthenticException(NOT_AUTHENTIC);
        }
        return last ? endedEarly() : new NotAuthenticException(NOT_AUTHENTIC + ": there is more after its end");
    }

    private static NotAuthenticException endedEarly() {
        return new NotAuthenticException(NOT_AUTHENTIC + ": it ended early");
    }
}
