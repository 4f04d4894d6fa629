package dev.cloister.image.attestation;

import dev.cloister.attestation.Bytes;
import dev.cloister.cli.Printable;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A certificate as it is shown.
 *
 * @param subject null, like the times, where the certificate cannot be read
 * @param sha256 of the DER, in hexadecimal
 */
record CertificateSummary(
        @Nullable String subject,
        @Nullable String notBefore,
        @Nullable String notAfter,
        String sha256) {

    static CertificateSummary of(Bytes der) {
        String sha256 = fingerprint(der.toArray());
        try {
            X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der.toArray()));
            return new CertificateSummary(
                    certificate.getSubjectX500Principal().toString(),
                    certificate.getNotBefore().toInstant().toString(),
                    certificate.getNotAfter().toInstant().toString(),
                    sha256);
        } catch (CertificateException e) {
            return new CertificateSummary(null, null, null, sha256);
        }
    }

    String line() {
        String head = subject == null ? "unreadable" : subject + ", valid " + notBefore + " to " + notAfter;
        return Printable.of(head) + ", SHA-256 " + sha256;
    }

    Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("Subject", subject);
        map.put("NotBefore", notBefore);
        map.put("NotAfter", notAfter);
        map.put("Sha256", sha256);
        return map;
    }

    private static String fingerprint(byte[] der) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
