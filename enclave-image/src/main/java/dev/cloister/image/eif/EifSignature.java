package dev.cloister.image.eif;

import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.Pem;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The signature section: a certificate and a COSE_Sign1 over PCR0. nitro-cli builds no chain and neither does this
 * class; what a signature adds is PCR8, which a key policy can name.
 */
public final class EifSignature {
    private final X509Certificate certificate;
    private final byte[] protectedHeader;
    private final byte[] payload;
    private final byte[] signature;

    private EifSignature(X509Certificate certificate, byte[] coseSign1) throws FormatException {
        this.certificate = certificate;
        CborReader in = new CborReader(coseSign1);
        in.expect(CborReader.ARRAY, 4, "the COSE structure has not four parts");
        this.protectedHeader = in.bytes(CborReader.BYTES);
        in.expect(CborReader.MAP, 0, "the unprotected header is not empty");
        this.payload = in.bytes(CborReader.BYTES);
        this.signature = in.bytes(CborReader.BYTES);
        in.end();
    }

    static EifSignature parse(byte[] section) throws FormatException {
        CborReader in = new CborReader(section);
        in.expect(CborReader.ARRAY, 1, "not exactly one signature");
        in.expect(CborReader.MAP, 2, "not exactly a certificate and a signature");
        in.expectText("signing_certificate");
        byte[] pem = in.byteArray();
        in.expectText("signature");
        byte[] coseSign1 = in.byteArray();
        in.end();
        return new EifSignature(Pem.firstCertificate("eif: signature", pem), coseSign1);
    }

    /** The first certificate of the section, the only one that counts. */
    public X509Certificate certificate() {
        return certificate;
    }

    byte[] certificateDer() {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a parsed certificate does not encode", e);
        }
    }

    /** Whether the certificate's key signed exactly this value as PCR0. Does not look at validity dates. */
    public boolean signs(Pcr pcr0) {
        String algorithm = switch (HexFormat.of().formatHex(protectedHeader)) {
            case "a10126" -> "SHA256withECDSAinP1363Format";
            case "a1013822" -> "SHA384withECDSAinP1363Format";
            case "a1013823" -> "SHA512withECDSAinP1363Format";
            default -> "";
        };
        if (algorithm.isEmpty() || !Arrays.equals(payload, payloadFor(pcr0))) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(toBeSigned());
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static byte[] payloadFor(Pcr pcr0) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        putHead(out, CborReader.MAP, 2);
        putText(out, "register_index");
        putHead(out, CborReader.UNSIGNED, 0);
        putText(out, "register_value");
        byte[] value = HexFormat.of().parseHex(pcr0.hex());
        putHead(out, CborReader.ARRAY, value.length);
        for (byte b : value) {
            putHead(out, CborReader.UNSIGNED, Byte.toUnsignedInt(b));
        }
        return out.toByteArray();
    }

    private byte[] toBeSigned() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        putHead(out, CborReader.ARRAY, 4);
        putText(out, "Signature1");
        putBytes(out, CborReader.BYTES, protectedHeader);
        putBytes(out, CborReader.BYTES, new byte[0]);
        putBytes(out, CborReader.BYTES, payload);
        return out.toByteArray();
    }

    private static void putText(ByteArrayOutputStream out, String text) {
        putBytes(out, CborReader.TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void putBytes(ByteArrayOutputStream out, int major, byte[] bytes) {
        putHead(out, major, bytes.length);
        out.writeBytes(bytes);
    }

    private static void putHead(ByteArrayOutputStream out, int major, int value) {
        if (value < 24) {
            out.write(major << 5 | value);
        } else if (value < 0x100) {
            out.write(major << 5 | 24);
            out.write(value);
        } else {
            out.write(major << 5 | 25);
            out.write(value >> 8);
            out.write(value);
        }
    }
}
