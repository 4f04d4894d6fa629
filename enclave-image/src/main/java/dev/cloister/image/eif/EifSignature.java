package dev.cloister.image.eif;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.document.CoseSign1;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.Pem;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
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
        if (algorithm.isEmpty() || !Arrays.equals(payload, SignatureWriter.payload(pcr0))) {
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

    /**
     * An attestation that an image has this PCR0, ready to be signed with ES384.
     *
     * @param payload what it says
     */
    public record Unsigned(Bytes payload) {
        /** The bytes that the signature is over. */
        public byte[] toBeSigned() {
            return CoseSign1.toBeSigned(CoseSign1.headerFor(CoseSign1.ES384), payload);
        }

        /**
         * The whole section.
         *
         * @param pem the certificate's file, as it will stand there
         * @param signature r and s, 48 bytes each
         */
        public byte[] signed(byte[] pem, byte[] signature) throws FormatException {
            CoseSign1 message = new CoseSign1(CoseSign1.headerFor(CoseSign1.ES384), payload, Bytes.copyOf(signature));
            return SignatureWriter.section(pem, message.encode());
        }
    }

    /** Prepares a signature. */
    public static Unsigned of(Pcr pcr0) {
        return new Unsigned(Bytes.copyOf(SignatureWriter.payload(pcr0)));
    }

    /** Whether the certificate is valid at a time; nitro-cli runs no image whose certificate is not. */
    public boolean isValidAt(Instant time) {
        return !time.isBefore(certificate.getNotBefore().toInstant())
                && !time.isAfter(certificate.getNotAfter().toInstant());
    }

    private byte[] toBeSigned() {
        return CoseSign1.toBeSigned(Bytes.copyOf(protectedHeader), Bytes.copyOf(payload));
    }
}
