package dev.cloister.attestation.document;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.Mutations;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * The rules past the structure, on documents under the stored chain. Chains that are wrong in themselves are tested where
 * chains are issued, in the local cloud's tests.
 */
final class AttestationVerifierTest {
    private static final Bytes NONCE = Bytes.copyOf("nonce".getBytes(UTF_8));
    private static final Bytes ZERO = Bytes.copyOf(new byte[48]);
    private static final Duration MAX_AGE = Duration.ofMinutes(5);

    @Test
    void storedDocument_isAcceptedAndShowsItsClaims() throws Exception {
        AttestationPolicy policy = AttestationPolicy.maxAge(MAX_AGE)
                .nonce(NONCE)
                .expectPcr(0, Set.of(SelfMade.PCR0))
                .expectPcr(4, Set.of(Bytes.ofHex("05".repeat(48)), Bytes.ofHex("aa".repeat(48))))
                .build();
        VerifiedAttestation verified = SelfMade.verifier().verify(SelfMade.valid(), policy, SelfMade.NOW);
        AttestationClaims claims = AttestationDocument.parse(SelfMade.valid()).unverifiedClaims();
        assertThat(verified.moduleId()).isEqualTo(claims.moduleId());
        assertThat(verified.timestamp()).isEqualTo(SelfMade.NOW);
        assertThat(verified.pcrs()).isEqualTo(claims.pcrs());
        assertThat(verified.publicKey()).hasValue(claims.publicKey());
        assertThat(verified.userData()).hasValue(claims.userData());
        assertThat(verified.nonce()).contains(NONCE);
    }

    @Test
    void rootGivenAsCertificate_isAccepted() throws Exception {
        Bytes root = AttestationDocument.parse(SelfMade.valid()).cabundle().getFirst();
        X509Certificate certificate = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(root.toArray()));
        AttestationVerifier verifier = AttestationVerifier.ofRoot(certificate);
        assertThat(verifier.verify(SelfMade.valid(), SelfMade.policy().build(), SelfMade.NOW))
                .isNotNull();
    }

    @Test
    void indefinitePayload_isAccepted() throws Exception {
        byte[] document = SelfMade.payload().signedIndefinite();
        assertThat(SelfMade.verifier().verify(document, SelfMade.policy().build(), SelfMade.NOW))
                .isNotNull();
    }

    @Test
    void anotherRoot_isRefused() throws Exception {
        AttestationVerifier aws = AttestationVerifier.ofFingerprint(NitroRoot.AWS_G1_SHA256);
        refused(Rule.ROOT, aws, SelfMade.valid(), SelfMade.policy(), SelfMade.NOW);
    }

    @Test
    void fingerprintOfAnotherLength_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> AttestationVerifier.ofFingerprint(ZERO));
    }

    @Test
    void bundleWithoutIssuer_isRefused() throws Exception {
        Bytes root = AttestationDocument.parse(SelfMade.valid()).cabundle().getFirst();
        byte[] document = SelfMade.payload()
                .set("cabundle", out -> out.array(1).bytes(root))
                .signed();
        refused(Rule.CERTIFICATE_PATH, document);
    }

    @Test
    void leafWithBytesAfterIt_isRefused() throws Exception {
        String leaf = AttestationDocument.parse(SelfMade.valid()).certificate().hex();
        byte[] document = SelfMade.payload()
                .set("certificate", out -> out.bytes(Bytes.ofHex(leaf + "00")))
                .signed();
        refused(Rule.CERTIFICATE_PATH, document);
    }

    @Test
    void expiredLeaf_isRefused() throws Exception {
        Instant later = SelfMade.NOW.plus(Duration.ofHours(4));
        refused(Rule.CERTIFICATE_PATH, SelfMade.verifier(), SelfMade.valid(), SelfMade.policy(), later);
    }

    @Test
    void leafNotValidYet_isRefused() throws Exception {
        Instant earlier = SelfMade.NOW.minusSeconds(1);
        refused(Rule.CERTIFICATE_PATH, SelfMade.verifier(), SelfMade.valid(), SelfMade.policy(), earlier);
    }

    @Test
    void signatureOfAnotherPayload_isRefused() throws Exception {
        byte[] other = SelfMade.payload().without("nonce").signed();
        Bytes signature = AttestationDocument.parse(other).envelope().signature();
        CoseSign1 valid = SelfMade.envelope();
        byte[] document = new CoseSign1(valid.protectedHeader(), valid.payload(), signature).encode();
        refused(Rule.SIGNATURE, document);
    }

    @Test
    void signatureOfZeros_isRefused() throws Exception {
        CoseSign1 valid = SelfMade.envelope();
        Bytes zeros = Bytes.copyOf(new byte[96]);
        refused(Rule.SIGNATURE, new CoseSign1(valid.protectedHeader(), valid.payload(), zeros).encode());
    }

    @Test
    void everyByteOfSignatureChanged_isRefused() throws Exception {
        byte[] valid = SelfMade.valid();
        for (int position = valid.length - 96; position < valid.length; position++) {
            refused(Rule.SIGNATURE, Mutations.flipped(valid, position, new Random(position)));
        }
    }

    @Test
    void olderThanAllowed_isRefused() throws Exception {
        AttestationVerifier verifier = SelfMade.verifier();
        Instant oldest = SelfMade.NOW.plus(MAX_AGE);
        verifier.verify(SelfMade.valid(), SelfMade.policy().build(), oldest);
        refused(Rule.TIMESTAMP, verifier, SelfMade.valid(), SelfMade.policy(), oldest.plusNanos(1));
    }

    @Test
    void madeInTheFuture_isRefusedBeyondTheAllowedSkew() throws Exception {
        AttestationVerifier verifier = SelfMade.verifier();
        Instant before = SelfMade.NOW.minusMillis(1);
        refused(Rule.TIMESTAMP, verifier, SelfMade.valid(), SelfMade.policy(), before);
        AttestationPolicy.Builder tolerant = SelfMade.policy().clockSkew(Duration.ofMillis(1));
        verifier.verify(SelfMade.valid(), tolerant.build(), before);
        refused(Rule.TIMESTAMP, verifier, SelfMade.valid(), tolerant, before.minusNanos(1));
        AttestationPolicy anyAge = AttestationPolicy.maxAge(Duration.ofSeconds(Long.MAX_VALUE))
                .anyImage()
                .build();
        assertThat(verifier.verify(SelfMade.valid(), anyAge, SelfMade.NOW)).isNotNull();
    }

    @Test
    void farTimestamp_isRefused() throws Exception {
        byte[] document = SelfMade.payload()
                .set("timestamp", out -> out.integer(Long.MAX_VALUE))
                .signed();
        refused(Rule.TIMESTAMP, document);
    }

    @Test
    void anotherNonceOrNone_isRefused() throws Exception {
        AttestationPolicy.Builder policy = SelfMade.policy().nonce(NONCE);
        byte[] without = SelfMade.payload().without("nonce").signed();
        byte[] longer = SelfMade.payload()
                .set("nonce", out -> out.bytes(Bytes.ofHex(NONCE.hex() + "00")))
                .signed();
        refused(Rule.NONCE, SelfMade.verifier(), without, policy, SelfMade.NOW);
        refused(Rule.NONCE, SelfMade.verifier(), longer, policy, SelfMade.NOW);
    }

    @Test
    void anotherPcr_isRefused() throws Exception {
        AttestationPolicy.Builder policy = SelfMade.policy().expectPcr(0, Set.of(Bytes.ofHex("02".repeat(48))));
        refused(Rule.PCRS, SelfMade.verifier(), SelfMade.valid(), policy, SelfMade.NOW);
    }

    @Test
    void unlistedPcr_isRefused() throws Exception {
        AttestationPolicy.Builder policy = SelfMade.policy().expectPcr(16, Set.of(SelfMade.PCR0));
        refused(Rule.PCRS, SelfMade.verifier(), SelfMade.valid(), policy, SelfMade.NOW);
    }

    @Test
    void debugMode_isRefusedUnlessAllowed() throws Exception {
        byte[] zeroPcr0 = SelfMade.payload()
                .set("pcrs", out -> out.map(1).integer(0).bytes(ZERO))
                .signed();
        byte[] noPcr0 = SelfMade.payload()
                .set("pcrs", out -> out.map(1).integer(3).bytes(SelfMade.PCR0))
                .signed();
        refused(Rule.DEBUG_MODE, zeroPcr0);
        refused(Rule.DEBUG_MODE, noPcr0);
        AttestationPolicy allowed = SelfMade.policy().allowDebug().build();
        assertThat(SelfMade.verifier().verify(zeroPcr0, allowed, SelfMade.NOW)).isNotNull();
        AttestationPolicy.Builder image = SelfMade.policy().allowDebug().expectPcr(0, Set.of(SelfMade.PCR0));
        refused(Rule.PCRS, SelfMade.verifier(), zeroPcr0, image, SelfMade.NOW);
    }

    @Test
    void zeroExpectation_isRefused() {
        AttestationPolicy.Builder policy = AttestationPolicy.maxAge(MAX_AGE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy.expectPcr(0, Set.of(SelfMade.PCR0, ZERO)))
                .withMessageContaining("PCR0");
        assertThatIllegalArgumentException().isThrownBy(() -> policy.expectPcr(0, Set.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> policy.expectPcr(32, Set.of(SelfMade.PCR0)));
    }

    @Test
    void policyThatIdentifiesNoImage_isRefused() {
        Set<Bytes> some = Set.of(SelfMade.PCR0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AttestationPolicy.maxAge(MAX_AGE).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        AttestationPolicy.maxAge(MAX_AGE).expectPcr(8, some).build());
        assertThat(AttestationPolicy.maxAge(MAX_AGE)
                        .expectPcr(8, some)
                        .expectPcr(3, some)
                        .build())
                .isNotNull();
    }

    @Test
    void mutatedDocument_isRefusedAndNothingElse() throws Exception {
        AttestationVerifier verifier = SelfMade.verifier();
        AttestationPolicy policy = SelfMade.policy().build();
        byte[] valid = SelfMade.valid();
        RandomGenerator random = new Random(20260104);
        for (int round = 0; round < 3_000; round++) {
            byte[] mutated = Mutations.mutated(valid, random);
            if (!Arrays.equals(mutated, valid)) {
                assertThat(catchThrowableOfType(
                                AttestationException.class, () -> verifier.verify(mutated, policy, SelfMade.NOW)))
                        .isNotNull();
            }
        }
    }

    /** Certificates are parsed before any signature over them is checked, so their parser meets anything. */
    @Test
    void mutatedCertificate_isRefusedAndNothingElse() throws Exception {
        AttestationVerifier verifier = SelfMade.verifier();
        AttestationPolicy policy = SelfMade.policy().build();
        CoseSign1 envelope = SelfMade.envelope();
        Payload payload = Payload.parse(envelope.payload());
        Bytes root = payload.cabundle().getFirst();
        Bytes issuer = payload.cabundle().getLast();
        Bytes leaf = payload.certificate();
        RandomGenerator random = new Random(20260105);
        for (int round = 0; round < 4_000; round++) {
            boolean ofLeaf = random.nextBoolean();
            Bytes mutated = Bytes.copyOf(Mutations.mutated((ofLeaf ? leaf : issuer).toArray(), random));
            Payload other = ofLeaf
                    ? new Payload(payload.claims(), mutated, payload.cabundle())
                    : new Payload(payload.claims(), leaf, List.of(root, mutated));
            byte[] document = new CoseSign1(envelope.protectedHeader(), other.encode(), envelope.signature()).encode();
            if (!other.equals(payload)) {
                assertThat(catchThrowableOfType(
                                AttestationException.class, () -> verifier.verify(document, policy, SelfMade.NOW)))
                        .isNotNull();
            }
        }
    }

    private static void refused(Rule rule, byte[] document) throws Exception {
        refused(rule, SelfMade.verifier(), document, SelfMade.policy(), SelfMade.NOW);
    }

    private static void refused(
            Rule rule, AttestationVerifier verifier, byte[] document, AttestationPolicy.Builder policy, Instant now) {
        AttestationException e =
                catchThrowableOfType(AttestationException.class, () -> verifier.verify(document, policy.build(), now));
        assertThat(e).isNotNull();
        assertThat(e.rule()).as(e.getMessage()).isEqualTo(rule);
    }
}
