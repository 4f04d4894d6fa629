package dev.cloister.local.nsm;

import dev.cloister.attestation.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A private key and the certificate for it. */
record SigningIdentity(PrivateKey key, X509Certificate certificate) {
    private static final String SIGNATURE_ALGORITHM = "SHA384withECDSA";
    private static final int SERIAL_BITS = 127;

    /** A fresh key with a certificate it signs itself. */
    static SigningIdentity selfSigned(CertificateProfile profile, SecureRandom random) {
        try {
            KeyPair pair = keyPair(profile, random);
            return certified(profile, pair, name(profile), pair.getPrivate(), random);
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw cannotIssue(e);
        }
    }

    /** A fresh key with a certificate this identity signs. */
    SigningIdentity issue(CertificateProfile profile, SecureRandom random) {
        try {
            X500Name issuer =
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
            return certified(profile, keyPair(profile, random), issuer, key, random);
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw cannotIssue(e);
        }
    }

    /** The certificate's DER. */
    Bytes der() {
        try {
            return Bytes.copyOf(certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a parsed certificate has an encoding", e);
        }
    }

    private static SigningIdentity certified(
            CertificateProfile profile, KeyPair pair, X500Name issuer, PrivateKey issuerKey, SecureRandom random)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE),
                Date.from(profile.notBefore()),
                Date.from(profile.notAfter()),
                name(profile),
                pair.getPublic());
        builder.addExtension(Extension.basicConstraints, true, constraints(profile));
        // As on AWS: critical for authorities, not for leaves.
        builder.addExtension(Extension.keyUsage, profile.authority(), new KeyUsage(profile.keyUsage()));
        ContentSigner signer = new JcaContentSignerBuilder(SIGNATURE_ALGORITHM)
                .setSecureRandom(random)
                .build(issuerKey);
        X509Certificate certificate = new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        return new SigningIdentity(pair.getPrivate(), certificate);
    }

    private static BasicConstraints constraints(CertificateProfile profile) {
        return profile.pathLength().isPresent()
                ? new BasicConstraints(profile.pathLength().getAsInt())
                : new BasicConstraints(profile.authority());
    }

    private static KeyPair keyPair(CertificateProfile profile, SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(profile.curve()), random);
        return generator.generateKeyPair();
    }

    private static X500Name name(CertificateProfile profile) {
        return new X500NameBuilder()
                .addRDN(BCStyle.O, "Cloister")
                .addRDN(BCStyle.OU, "Local cloud")
                .addRDN(BCStyle.CN, profile.commonName())
                .build();
    }

    private static IllegalStateException cannotIssue(Exception e) {
        return new IllegalStateException("cannot issue a certificate", e);
    }
}
