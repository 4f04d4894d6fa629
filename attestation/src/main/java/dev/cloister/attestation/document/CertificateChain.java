package dev.cloister.attestation.document;

import dev.cloister.attestation.Bytes;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of one document, from the leaf to the issuer that the root signed. Of the right form, but valid only
 * after {@link #validate}.
 */
final class CertificateChain {
    private static final String ECDSA_WITH_SHA384 = "1.2.840.10045.4.3.3";
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_CERT_SIGN = 5;
    private static final int NOT_A_CA = -1;

    private final X509Certificate anchor;
    private final List<X509Certificate> leafFirst;

    private CertificateChain(X509Certificate anchor, List<X509Certificate> leafFirst) {
        this.anchor = anchor;
        this.leafFirst = List.copyOf(leafFirst);
    }

    /** Reads the certificates of a document whose bundle starts with the root of this SHA-256. */
    static CertificateChain of(AttestationDocument document, Bytes rootSha256) throws AttestationException {
        Bytes root = document.cabundle().getFirst();
        if (!sha256(root).equals(rootSha256)) {
            throw new AttestationException(Rule.ROOT, "its root certificate is not the pinned one");
        }
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            List<X509Certificate> path = leafFirst(factory, document);
            requireProfile(path);
            return new CertificateChain(parse(factory, root), path);
        } catch (GeneralSecurityException e) {
            throw refused("unusable certificate", e);
        }
    }

    /** The leaf's key, of P-384. */
    PublicKey leafKey() {
        return leafFirst.getFirst().getPublicKey();
    }

    /** Checks that the certificates lead from the root to the leaf and are all valid at this time. */
    void validate(Instant time) throws AttestationException {
        try {
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
            // AWS publishes no revocation for these certificates; they live for hours.
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(time));
            CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(leafFirst);
            CertPathValidator.getInstance("PKIX").validate(path, parameters);
        } catch (CertPathValidatorException e) {
            throw refused("path validation says " + e.getReason(), e);
        } catch (GeneralSecurityException e) {
            throw refused("unusable certificate", e);
        }
    }

    static Bytes sha256(Bytes der) {
        try {
            return Bytes.copyOf(MessageDigest.getInstance("SHA-256").digest(der.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** The leaf, then its issuers; the root is left out, as path validation wants it. */
    private static List<X509Certificate> leafFirst(CertificateFactory factory, AttestationDocument document)
            throws CertificateException {
        List<X509Certificate> path = new ArrayList<>();
        path.add(parse(factory, document.certificate()));
        for (Bytes der : document.cabundle().reversed()) {
            path.add(parse(factory, der));
        }
        path.removeLast();
        return path;
    }

    private static X509Certificate parse(CertificateFactory factory, Bytes der) throws CertificateException {
        X509Certificate certificate =
                (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der.toArray()));
        // The factory also takes PEM and stops at the certificate's end.
        if (!Bytes.copyOf(certificate.getEncoded()).equals(der)) {
            throw new CertificateException("not the DER of one certificate");
        }
        return certificate;
    }

    /** What AWS's certificates are and path validation alone does not ask for. */
    private static void requireProfile(List<X509Certificate> leafFirst) throws AttestationException {
        requireUse(leafFirst.getFirst(), DIGITAL_SIGNATURE, false);
        for (X509Certificate issuer : leafFirst.subList(1, leafFirst.size())) {
            requireUse(issuer, KEY_CERT_SIGN, true);
        }
    }

    private static void requireUse(X509Certificate certificate, int use, boolean authority)
            throws AttestationException {
        if (!Es384.isP384(certificate.getPublicKey())
                || !certificate.getSigAlgOID().equals(ECDSA_WITH_SHA384)) {
            throw refused("a certificate is not of P-384 and SHA-384", null);
        }
        if (authority == (certificate.getBasicConstraints() == NOT_A_CA)) {
            throw refused(authority ? "an issuer is not a CA" : "the leaf is a CA", null);
        }
        boolean[] usage = certificate.getKeyUsage();
        if (usage == null || !usage[use]) {
            throw refused("a certificate's key usage does not allow its use", null);
        }
    }

    private static AttestationException refused(String why, @Nullable Throwable cause) {
        return new AttestationException(
                Rule.CERTIFICATE_PATH, "its certificates do not lead to the pinned root: " + why, cause);
    }
}
