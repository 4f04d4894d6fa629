package dev.cloister.local.nsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.document.AttestationClaims;
import dev.cloister.attestation.document.AttestationDocumentWriter;
import dev.cloister.attestation.document.AttestationException;
import dev.cloister.attestation.document.AttestationPolicy;
import dev.cloister.attestation.document.AttestationVerifier;
import dev.cloister.attestation.document.Pcrs;
import dev.cloister.attestation.document.Rule;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** The verifier's rules about certificates, on chains issued for each test, each wrong in one thing. */
final class CertificateRulesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration LIFE = Duration.ofHours(3);

    private final SecureRandom random = new SecureRandom();
    private final SigningIdentity root = SigningIdentity.selfSigned(CertificateProfile.root("root", NOW, LIFE), random);

    @Test
    void chainsOfAnyLength_areAccepted() throws Exception {
        List<SigningIdentity> chain = new ArrayList<>(List.of(root));
        for (int left = 3; left >= 0; left--) {
            verify(document(chain, leaf()));
            chain.add(chain.getLast().issue(issuer(left), random));
        }
        verify(document(chain, leaf()));
    }

    @Test
    void anotherRootOfTheSameName_isRefused() throws Exception {
        SigningIdentity other = SigningIdentity.selfSigned(CertificateProfile.root("root", NOW, LIFE), random);
        refused(Rule.ROOT, document(List.of(other), leaf()));
    }

    @Test
    void pinnedRootBeforeAnotherOnesChain_isRefused() throws Exception {
        SigningIdentity other = SigningIdentity.selfSigned(CertificateProfile.root("root", NOW, LIFE), random);
        SigningIdentity issuer = other.issue(issuer(0), random);
        SigningIdentity leaf = issuer.issue(leaf(), random);
        refused(Rule.CERTIFICATE_PATH, document(leaf, leaf.key(), List.of(root.der(), issuer.der())));
    }

    @Test
    void issuersInAnotherOrder_areRefused() throws Exception {
        SigningIdentity upper = root.issue(issuer(1), random);
        SigningIdentity lower = upper.issue(issuer(0), random);
        SigningIdentity leaf = lower.issue(leaf(), random);
        refused(Rule.CERTIFICATE_PATH, document(leaf, leaf.key(), List.of(root.der(), lower.der(), upper.der())));
    }

    @Test
    void moreIssuersThanPathLengthAllows_areRefused() throws Exception {
        SigningIdentity upper = root.issue(issuer(0), random);
        // Of another name: one that carries its issuer's own counts as the same (RFC 5280, section 4.2.1.9).
        SigningIdentity lower = upper.issue(CertificateProfile.issuer("lower", NOW, LIFE, 0), random);
        refused(Rule.CERTIFICATE_PATH, document(List.of(root, upper, lower), leaf()));
    }

    @Test
    void issuerThatIsNoAuthority_isRefused() throws Exception {
        CertificateProfile noAuthority = new CertificateProfile(
                "issuer", "secp384r1", NOW, NOW.plus(LIFE), false, OptionalInt.empty(), KeyUsage.keyCertSign);
        refused(Rule.CERTIFICATE_PATH, document(List.of(root, root.issue(noAuthority, random)), leaf()));
    }

    @Test
    void leafAsIssuer_isRefused() throws Exception {
        SigningIdentity leaf = root.issue(leaf(), random);
        refused(Rule.CERTIFICATE_PATH, document(List.of(root, leaf), leaf()));
    }

    @Test
    void issuerWithoutKeyCertSign_isRefused() throws Exception {
        CertificateProfile profile = new CertificateProfile(
                "issuer", "secp384r1", NOW, NOW.plus(LIFE), true, OptionalInt.of(0), KeyUsage.digitalSignature);
        refused(Rule.CERTIFICATE_PATH, document(List.of(root, root.issue(profile, random)), leaf()));
    }

    @Test
    void leafWithoutDigitalSignature_isRefused() throws Exception {
        CertificateProfile profile = leafProfile("secp384r1", NOW, KeyUsage.nonRepudiation);
        refused(Rule.CERTIFICATE_PATH, document(List.of(root), profile));
    }

    @Test
    void authorityAsLeaf_isRefused() throws Exception {
        refused(Rule.CERTIFICATE_PATH, document(List.of(root), issuer(0)));
    }

    @Test
    void leafOnAnotherCurve_isRefused() throws Exception {
        SigningIdentity leaf = root.issue(leafProfile("secp256r1", NOW, KeyUsage.digitalSignature), random);
        SigningIdentity anyP384 = root.issue(leaf(), random);
        refused(Rule.CERTIFICATE_PATH, document(leaf, anyP384.key(), List.of(root.der())));
    }

    @Test
    void issuerOnAnotherCurve_isRefused() throws Exception {
        CertificateProfile profile = new CertificateProfile(
                "issuer", "secp521r1", NOW, NOW.plus(LIFE), true, OptionalInt.of(0), KeyUsage.keyCertSign);
        refused(Rule.CERTIFICATE_PATH, document(List.of(root, root.issue(profile, random)), leaf()));
    }

    @Test
    void expiredIssuer_isRefused() throws Exception {
        Instant before = NOW.minus(LIFE).minusSeconds(1);
        SigningIdentity issuer = root.issue(CertificateProfile.issuer("issuer", before, LIFE, 0), random);
        refused(Rule.CERTIFICATE_PATH, document(List.of(root, issuer), leaf()));
    }

    @Test
    void expiredLeaf_isRefused() throws Exception {
        CertificateProfile profile =
                leafProfile("secp384r1", NOW.minus(LIFE).minusSeconds(1), KeyUsage.digitalSignature);
        refused(Rule.CERTIFICATE_PATH, document(List.of(root), profile));
    }

    @Test
    void documentSignedByAnotherKey_isRefused() throws Exception {
        SigningIdentity leaf = root.issue(leaf(), random);
        SigningIdentity other = root.issue(leaf(), random);
        refused(Rule.SIGNATURE, document(leaf, other.key(), List.of(root.der())));
    }

    private byte[] document(List<SigningIdentity> chain, CertificateProfile leafProfile) throws Exception {
        SigningIdentity leaf = chain.getLast().issue(leafProfile, random);
        return document(
                leaf, leaf.key(), chain.stream().map(SigningIdentity::der).toList());
    }

    private static byte[] document(SigningIdentity leaf, PrivateKey key, List<Bytes> cabundle) throws Exception {
        Pcrs pcrs = new Pcrs(new TreeMap<>(Map.of(0, Bytes.ofHex("01".repeat(48)))));
        AttestationClaims claims = new AttestationClaims("i-1-enc1", NOW, pcrs, null, null, null);
        return new AttestationDocumentWriter(key, leaf.der(), cabundle).write(claims);
    }

    private void verify(byte[] document) throws Exception {
        AttestationPolicy policy =
                AttestationPolicy.maxAge(Duration.ZERO).anyImage().build();
        AttestationVerifier.ofRoot(root.certificate()).verify(document, policy, NOW);
    }

    private void refused(Rule rule, byte[] document) {
        AttestationException e = catchThrowableOfType(AttestationException.class, () -> verify(document));
        assertThat(e).isNotNull();
        assertThat(e.rule()).as(e.getMessage()).isEqualTo(rule);
    }

    private static CertificateProfile issuer(int pathLength) {
        return CertificateProfile.issuer("issuer " + pathLength, NOW, LIFE, pathLength);
    }

    private static CertificateProfile leaf() {
        return CertificateProfile.leaf("leaf", NOW, LIFE);
    }

    private static CertificateProfile leafProfile(String curve, Instant notBefore, int keyUsage) {
        return new CertificateProfile(
                "leaf", curve, notBefore, notBefore.plus(LIFE), false, OptionalInt.empty(), keyUsage);
    }
}
