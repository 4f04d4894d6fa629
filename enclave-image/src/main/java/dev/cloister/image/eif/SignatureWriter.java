package dev.cloister.image.eif;

import dev.cloister.attestation.cbor.CborWriter;
import dev.cloister.image.file.FormatException;
import java.util.HexFormat;

/**
 * Writes signature sections. Certificate and signature are arrays of integers there, one for each byte, and not byte
 * strings; the certificate comes first, which some readers rely on.
 */
final class SignatureWriter {
    private SignatureWriter() {}

    /** What is signed: that PCR0 has this value. nitro-cli compares it byte for byte. */
    static byte[] payload(Pcr pcr0) {
        CborWriter out = new CborWriter();
        out.map(2).text("register_index").integer(0).text("register_value");
        putByteArray(out, HexFormat.of().parseHex(pcr0.hex()));
        return out.toByteArray();
    }

    /** A whole section. */
    static byte[] section(byte[] pem, byte[] coseSign1) throws FormatException {
        CborWriter out = new CborWriter();
        out.array(1).map(2).text("signing_certificate");
        putByteArray(out, pem);
        out.text("signature");
        putByteArray(out, coseSign1);
        byte[] section = out.toByteArray();
        if (section.length > SectionType.SIGNATURE.maxSize()) {
            throw new FormatException("the certificate file is too large for a signature section; keep only one");
        }
        return section;
    }

    private static void putByteArray(CborWriter out, byte[] bytes) {
        out.array(bytes.length);
        for (byte b : bytes) {
            out.integer(Byte.toUnsignedInt(b));
        }
    }
}
