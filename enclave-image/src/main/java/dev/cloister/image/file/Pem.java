package dev.cloister.image.file;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** Reads blocks between {@code -----BEGIN LABEL-----} and {@code -----END LABEL-----}. */
public final class Pem {
    /** A file of certificates or keys that is larger is not read. */
    public static final int MAX_SIZE = 1 << 16;

    private static final String CERTIFICATE = "CERTIFICATE";

    private Pem() {}

    /**
     * The first certificate. What stands before it and after it is not looked at, as in AWS's tools.
     *
     * @param where names the place in messages, such as {@code eif: signature}
     * @throws FormatException when there is none, or it is not the DER of exactly one certificate
     */
    public static X509Certificate firstCertificate(String where, byte[] pem) throws FormatException {
        byte[] der = first(where, CERTIFICATE, pem)
                .orElseThrow(() -> new FormatException(where + ": no certificate in PEM"));
        try {
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            if (!Arrays.equals(der, certificate.getEncoded())) {
                throw new FormatException(where + ": bytes after the certificate");
            }
            return certificate;
        } catch (CertificateException e) {
            throw new FormatException(where + ": the certificate cannot be read", e);
        }
    }

    /**
     * The bytes of the first block with a label; a copy that the caller may wipe. Nothing of the text is kept or comes to
     * stand in a message.
     */
    public static Optional<byte[]> first(String where, String label, byte[] pem) throws FormatException {
        byte[] begin = ("-----BEGIN " + label + "-----").getBytes(StandardCharsets.US_ASCII);
        byte[] end = ("-----END " + label + "-----").getBytes(StandardCharsets.US_ASCII);
        int from = indexOf(pem, begin, 0);
        if (from < 0) {
            return Optional.empty();
        }
        from += begin.length;
        int to = indexOf(pem, end, from);
        if (to < 0) {
            throw new FormatException(where + ": the PEM block " + label + " has no end");
        }
        return Optional.of(decode(where, label, Arrays.copyOfRange(pem, from, to)));
    }

    private static byte[] decode(String where, String label, byte[] body) throws FormatException {
        byte[] base64 = withoutBlanks(body);
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new FormatException(where + ": the PEM block " + label + " is not base64");
        } finally {
            Arrays.fill(body, (byte) 0);
            Arrays.fill(base64, (byte) 0);
        }
    }

    private static byte[] withoutBlanks(byte[] text) {
        byte[] kept = new byte[text.length];
        int length = 0;
        for (byte b : text) {
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                kept[length++] = b;
            }
        }
        byte[] exact = Arrays.copyOf(kept, length);
        Arrays.fill(kept, (byte) 0);
        return exact;
    }

    private static int indexOf(byte[] text, byte[] part, int from) {
        for (int at = from; at <= text.length - part.length; at++) {
            if (Arrays.equals(text, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        return -1;
    }
}
