package dev.cloister.attestation.document;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.cbor.CborException;
import dev.cloister.attestation.cbor.CborMap;
import dev.cloister.attestation.cbor.CborReader;
import dev.cloister.attestation.cbor.CborWriter;

/**
 * A message with one signature (RFC 9052, section 4.2), without unprotected headers.
 *
 * @param protectedHeader encoded, as it was signed
 * @param payload as it was signed
 * @param signature r and s, big-endian, each as long as the curve's order
 */
public record CoseSign1(Bytes protectedHeader, Bytes payload, Bytes signature) {
    /** ECDSA on P-384 with SHA-384 (RFC 9053, section 2.1). */
    public static final int ES384 = -35;

    /** The largest payload of an attestation document, in bytes. */
    public static final int MAX_PAYLOAD = 16_384;

    private static final int TAG = 18;
    private static final int ALGORITHM_KEY = 1;
    private static final int MAX_PROTECTED_HEADER = 64;
    private static final int MAX_SIGNATURE = 132;

    /** Reads a message, with or without its tag. */
    public static CoseSign1 parse(byte[] encoded) throws CborException {
        CborReader in = new CborReader(encoded);
        in.skipTag(TAG);
        in.array(4, 4);
        Bytes protectedHeader = in.bytes(1, MAX_PROTECTED_HEADER);
        in.map(0);
        Bytes payload = in.bytes(1, MAX_PAYLOAD);
        Bytes signature = in.bytes(1, MAX_SIGNATURE);
        in.end();
        return new CoseSign1(protectedHeader, payload, signature);
    }

    /** The protected header that names an algorithm and nothing else. */
    public static Bytes headerFor(int algorithm) {
        return Bytes.copyOf(new CborWriter()
                .map(1)
                .integer(ALGORITHM_KEY)
                .integer(algorithm)
                .toByteArray());
    }

    /** What the signature is made over. */
    public static byte[] toBeSigned(Bytes protectedHeader, Bytes payload) {
        return new CborWriter()
                .array(4)
                .text("Signature1")
                .bytes(protectedHeader)
                .bytes(Bytes.copyOf(new byte[0]))
                .bytes(payload)
                .toByteArray();
    }

    /** The algorithm the protected header names. Any other header is refused, as it might change the meaning. */
    public long algorithm() throws CborException {
        CborReader in = new CborReader(protectedHeader.toArray());
        CborMap header = in.map(1);
        if (!header.next() || header.unsignedKey(ALGORITHM_KEY) != ALGORITHM_KEY) {
            throw new CborException("a protected header without an algorithm");
        }
        long algorithm = in.integer();
        in.end();
        return algorithm;
    }

    /** The message without a tag. */
    public byte[] encode() {
        return new CborWriter()
                .array(4)
                .bytes(protectedHeader)
                .map(0)
                .bytes(payload)
                .bytes(signature)
                .toByteArray();
    }
}
