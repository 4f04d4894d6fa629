package dev.cloister.attestation.document;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.cbor.CborWriter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ways to break the structure. Whatever the payload is, it is signed. */
final class AttestationDocumentTest {
    private static final Bytes PCR = Bytes.copyOf(new byte[48]);

    @Test
    void storedDocument_isRead() throws Exception {
        AttestationDocument document = AttestationDocument.parse(SelfMade.valid());
        AttestationClaims claims = document.unverifiedClaims();
        assertThat(claims.moduleId()).isEqualTo("i-0123456789abcdef0-enc0123456789abcdef");
        assertThat(claims.timestamp()).isEqualTo(SelfMade.NOW);
        assertThat(claims.pcrs().values()).hasSize(16).containsEntry(0, SelfMade.PCR0);
        assertThat(claims.publicKey()).isEqualTo(text("public key"));
        assertThat(claims.userData()).isEqualTo(text("user data"));
        assertThat(claims.nonce()).isEqualTo(text("nonce"));
        assertThat(document.cabundle()).hasSize(2);
    }

    @Test
    void acceptedPayload_isWrittenBackToTheSameBytes() throws Exception {
        CoseSign1 envelope = SelfMade.envelope();
        assertThat(Payload.parse(envelope.payload()).encode()).isEqualTo(envelope.payload());
        assertThat(envelope.encode()).isEqualTo(SelfMade.valid());
    }

    @Test
    void indefinitePayload_isRead() throws Exception {
        byte[] document = SelfMade.payload().signedIndefinite();
        assertThat(AttestationDocument.parse(document).unverifiedClaims())
                .isEqualTo(AttestationDocument.parse(SelfMade.valid()).unverifiedClaims());
    }

    @Test
    void taggedEnvelope_isRead() throws Exception {
        byte[] tagged = HexFormat.of().parseHex("d2" + HexFormat.of().formatHex(SelfMade.valid()));
        assertThat(AttestationDocument.parse(tagged).unverifiedClaims().timestamp())
                .isEqualTo(SelfMade.NOW);
    }

    @Test
    void anotherTagOrTwo_isRefused() throws Exception {
        String untagged = HexFormat.of().formatHex(SelfMade.valid());
        refused(Rule.STRUCTURE, HexFormat.of().parseHex("d1" + untagged));
        refused(Rule.STRUCTURE, HexFormat.of().parseHex("d2d2" + untagged));
    }

    @Test
    void absentNullAndUndefinedFields_areTheSame() throws Exception {
        for (String field : new String[] {"public_key", "user_data", "nonce"}) {
            assertThat(claims(SelfMade.payload().without(field)))
                    .isEqualTo(claims(SelfMade.payload().set(field, out -> out.bytesOrNull(null))));
        }
        SelfMade payload = SelfMade.payload().without("nonce");
        byte[] undefinedNonce = payload.sign(HexFormat.of().parseHex("a9656e6f6e6365f7"), new byte[0]);
        assertThat(AttestationDocument.parse(undefinedNonce).unverifiedClaims()).isEqualTo(claims(payload));
    }

    @Test
    void unknownField_isPassedOver() throws Exception {
        assertThat(claims(SelfMade.payload().set("new", out -> out.array(1).text("x"))))
                .isEqualTo(AttestationDocument.parse(SelfMade.valid()).unverifiedClaims());
    }

    @ParameterizedTest
    @ValueSource(strings = {"module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"})
    void missingField_isRefused(String field) throws Exception {
        refused(Rule.STRUCTURE, SelfMade.payload().without(field).signed());
    }

    @ParameterizedTest
    @MethodSource
    void wrongValue_isRefused(String field, Consumer<CborWriter> value) throws Exception {
        refused(Rule.STRUCTURE, SelfMade.payload().set(field, value).signed());
    }

    static Stream<Arguments> wrongValue_isRefused() {
        return Stream.of(
                wrong("module_id", out -> out.text("")),
                wrong("module_id", out -> out.bytes(PCR)),
                wrong("module_id", out -> out.text("x".repeat(257))),
                wrong("digest", out -> out.bytesOrNull(null)),
                wrong("timestamp", out -> out.integer(0)),
                wrong("timestamp", out -> out.integer(-1)),
                wrong("timestamp", out -> out.text("now")),
                wrong("pcrs", out -> out.map(0)),
                wrong("pcrs", out -> out.array(0)),
                wrong("pcrs", out -> out.map(1).integer(32).bytes(PCR)),
                wrong("pcrs", out -> out.map(1).integer(-1).bytes(PCR)),
                wrong("pcrs", out -> out.map(1).text("0").bytes(PCR)),
                wrong("pcrs", out -> out.map(1).integer(0).bytes(zeros(47))),
                wrong("pcrs", out -> out.map(1).integer(0).bytes(zeros(65))),
                wrong("pcrs", out -> out.map(1).integer(0).bytesOrNull(null)),
                wrong("pcrs", out -> out.map(2).integer(0).bytes(PCR).integer(0).bytes(PCR)),
                wrong("certificate", out -> out.bytes(zeros(0))),
                wrong("certificate", out -> out.bytes(zeros(1025))),
                wrong("certificate", out -> out.bytesOrNull(null)),
                wrong("cabundle", out -> out.array(0)),
                wrong("cabundle", out -> out.array(1).bytes(zeros(0))),
                wrong("cabundle", out -> out.array(1).bytes(zeros(1025))),
                wrong("cabundle", AttestationDocumentTest::seventeenCertificates),
                wrong("public_key", out -> out.bytes(zeros(0))),
                wrong("public_key", out -> out.bytes(zeros(1025))),
                wrong("public_key", out -> out.text("key")),
                wrong("user_data", out -> out.bytes(zeros(1025))),
                wrong("nonce", out -> out.bytes(zeros(1025))),
                wrong("nonce", out -> out.integer(7)));
    }

    @Test
    void fieldTwice_isRefused() throws Exception {
        SelfMade payload = SelfMade.payload();
        byte[] nonce = HexFormat.of().parseHex("656e6f6e6365f6");
        refused(Rule.STRUCTURE, payload.sign(head(payload.size() + 1), nonce));
    }

    @Test
    void bytesAfterPayload_areRefused() throws Exception {
        SelfMade payload = SelfMade.payload();
        refused(Rule.STRUCTURE, payload.sign(head(payload.size()), new byte[] {0}));
    }

    @Test
    void taggedPayload_isRefused() throws Exception {
        SelfMade payload = SelfMade.payload();
        refused(Rule.STRUCTURE, payload.sign(new byte[] {(byte) 0xD2, (byte) (0xA0 + payload.size())}, new byte[0]));
    }

    @Test
    void bytesAfterEnvelope_areRefused() throws Exception {
        byte[] valid = SelfMade.valid();
        refused(Rule.STRUCTURE, Arrays.copyOf(valid, valid.length + 1));
    }

    @Test
    void everyShorterDocument_isRefused() throws Exception {
        byte[] valid = SelfMade.valid();
        for (int length = 0; length < valid.length; length++) {
            refused(Rule.STRUCTURE, Arrays.copyOf(valid, length));
        }
    }

    @Test
    void oversizedDocument_isRefused() throws Exception {
        refused(Rule.STRUCTURE, new byte[AttestationDocument.MAX_LENGTH + 1]);
        byte[] oversizedPayload = SelfMade.payload()
                .set("filler", out -> out.bytes(zeros(CoseSign1.MAX_PAYLOAD)))
                .signed();
        refused(Rule.STRUCTURE, oversizedPayload);
    }

    @Test
    void envelopeOfAnotherShape_isRefused() throws Exception {
        CoseSign1 valid = SelfMade.envelope();
        Bytes header = valid.protectedHeader();
        Bytes empty = zeros(0);
        refused(Rule.STRUCTURE, new CoseSign1(empty, valid.payload(), valid.signature()).encode());
        refused(Rule.STRUCTURE, new CoseSign1(header, empty, valid.signature()).encode());
        refused(Rule.STRUCTURE, new CoseSign1(header, valid.payload(), empty).encode());
        refused(Rule.STRUCTURE, new CoseSign1(header, valid.payload(), zeros(95)).encode());
        refused(Rule.STRUCTURE, new CoseSign1(header, valid.payload(), zeros(97)).encode());
        refused(Rule.STRUCTURE, new CborWriter().array(3).bytes(header).map(0).toByteArray());
    }

    @Test
    void unprotectedHeader_isRefused() throws Exception {
        CoseSign1 valid = SelfMade.envelope();
        byte[] document = new CborWriter()
                .array(4)
                .bytes(valid.protectedHeader())
                .map(1)
                .integer(1)
                .integer(CoseSign1.ES384)
                .bytes(valid.payload())
                .bytes(valid.signature())
                .toByteArray();
        refused(Rule.STRUCTURE, document);
    }

    /** Of ES256, ES512, PS384, and the number QEMU writes into documents it does not sign. */
    @ParameterizedTest
    @ValueSource(ints = {-7, -36, -38, -1, 35})
    void anotherAlgorithm_isRefused(int algorithm) throws Exception {
        refused(Rule.ALGORITHM, withHeader(CoseSign1.headerFor(algorithm)));
    }

    /** No map, no entry, another key, two entries, bytes after the end, a longer form of -35. */
    @ParameterizedTest
    @ValueSource(strings = {"00", "a0", "a1043822", "a20138220240", "a101382200", "a101390022"})
    void anotherProtectedHeader_isRefused(String hex) throws Exception {
        refused(Rule.STRUCTURE, withHeader(Bytes.ofHex(hex)));
    }

    @Test
    void anotherDigest_isRefused() throws Exception {
        refused(
                Rule.ALGORITHM,
                SelfMade.payload().set("digest", out -> out.text("SHA256")).signed());
    }

    @Test
    void nitroTpmDocument_isRefused() throws Exception {
        Consumer<CborWriter> registers = out -> out.map(1).integer(0).bytes(PCR);
        refused(
                Rule.NITRO_TPM,
                SelfMade.payload()
                        .without("pcrs")
                        .set("nitrotpm_pcrs", registers)
                        .signed());
        refused(
                Rule.NITRO_TPM,
                SelfMade.payload().set("nitrotpm_pcrs", registers).signed());
    }

    private static AttestationClaims claims(SelfMade payload) throws Exception {
        return AttestationDocument.parse(payload.signed()).unverifiedClaims();
    }

    private static byte[] withHeader(Bytes header) throws Exception {
        CoseSign1 valid = SelfMade.envelope();
        return new CoseSign1(header, valid.payload(), valid.signature()).encode();
    }

    private static byte[] head(int size) {
        return new CborWriter().map(size).toByteArray();
    }

    private static void seventeenCertificates(CborWriter out) {
        out.array(17);
        for (int i = 0; i < 17; i++) {
            out.bytes(zeros(1));
        }
    }

    private static Arguments wrong(String field, Consumer<CborWriter> value) {
        return Arguments.of(field, value);
    }

    private static Bytes zeros(int length) {
        return Bytes.copyOf(new byte[length]);
    }

    private static Bytes text(String text) {
        return Bytes.copyOf(text.getBytes(UTF_8));
    }

    private static void refused(Rule rule, byte[] document) {
        AttestationException e =
                catchThrowableOfType(AttestationException.class, () -> AttestationDocument.parse(document));
        assertThat(e).isNotNull();
        assertThat(e.rule()).as(e.getMessage()).isEqualTo(rule);
    }
}
