package dev.cloister.attestation.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.cloister.attestation.Bytes;
import java.time.Instant;

/** Any bytes are read as a document or refused by name, and never change under the reader. */
final class AttestationDocumentFuzzTest {
    private static final AttestationVerifier ANOTHER_ROOT =
            AttestationVerifier.ofFingerprint(Bytes.ofHex("00".repeat(32)));

    @FuzzTest
    void anyDocument_isReadOrRefusedByRule(byte[] input) {
        try {
            AttestationDocument document = AttestationDocument.parse(input);
            CoseSign1 envelope = document.envelope();
            // A tag is the one thing that is read and not written.
            assertThat(input).endsWith(envelope.encode());
            assertThat(document.cabundle()).isNotEmpty();
            assertThat(document.unverifiedClaims().timestamp()).isAfter(Instant.EPOCH);
        } catch (AttestationException e) {
            assertThat(e.rule()).isIn(Rule.STRUCTURE, Rule.ALGORITHM, Rule.NITRO_TPM);
        }
    }

    @FuzzTest
    void anyDocument_isRefusedUnderAnotherRoot(byte[] input) {
        try {
            ANOTHER_ROOT.verify(input, SelfMade.policy().build(), SelfMade.NOW);
        } catch (AttestationException e) {
            assertThat(e.rule()).isIn(Rule.STRUCTURE, Rule.ALGORITHM, Rule.NITRO_TPM, Rule.ROOT);
            return;
        }
        throw new AssertionError("a document was accepted under a root that nobody has");
    }
}
