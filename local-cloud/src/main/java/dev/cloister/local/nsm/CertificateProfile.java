package dev.cloister.local.nsm;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import org.bouncycastle.asn1.x509.KeyUsage;

/**
 * What a certificate says besides its key and its issuer.
 *
 * @param curve of its key, as the JDK names it
 * @param authority whether it may issue others
 * @param pathLength how many authorities may follow; empty for any number
 * @param keyUsage bits of Bouncy Castle's {@link KeyUsage}
 */
record CertificateProfile(
        String commonName,
        String curve,
        Instant notBefore,
        Instant notAfter,
        boolean authority,
        OptionalInt pathLength,
        int keyUsage) {
    private static final String P384 = "secp384r1";

    static CertificateProfile root(String commonName, Instant notBefore, Duration life) {
        return authority(commonName, notBefore, life, OptionalInt.empty());
    }

    static CertificateProfile issuer(String commonName, Instant notBefore, Duration life, int pathLength) {
        return authority(commonName, notBefore, life, OptionalInt.of(pathLength));
    }

    static CertificateProfile leaf(String commonName, Instant notBefore, Duration life) {
        return new CertificateProfile(
                commonName,
                P384,
                notBefore,
                notBefore.plus(life),
                false,
                OptionalInt.empty(),
                KeyUsage.digitalSignature | KeyUsage.nonRepudiation);
    }

    private static CertificateProfile authority(
            String commonName, Instant notBefore, Duration life, OptionalInt pathLength) {
        return new CertificateProfile(
                commonName,
                P384,
                notBefore,
                notBefore.plus(life),
                true,
                pathLength,
                KeyUsage.keyCertSign | KeyUsage.cRLSign | KeyUsage.digitalSignature);
    }
}
