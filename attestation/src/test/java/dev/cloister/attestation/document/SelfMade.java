package dev.cloister.attestation.document;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.Vectors;
import dev.cloister.attestation.cbor.CborWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The self-made document, and others under the same leaf with any payload. */
final class SelfMade {
    static final Instant NOW = Instant.parse("2026-01-01T12:00:00.250Z");
    static final Bytes PCR0 = Bytes.ofHex("01".repeat(48));

    private final Map<String, Consumer<CborWriter>> fields = new LinkedHashMap<>();

    private SelfMade() throws AttestationException, IOException {
        Payload valid = Payload.parse(envelope().payload());
        set("module_id", out -> out.text(valid.claims().moduleId()));
        set("digest", out -> out.text("SHA384"));
        set("timestamp", out -> out.integer(NOW.toEpochMilli()));
        set("pcrs", out -> {
            out.map(valid.claims().pcrs().values().size());
            valid.claims()
                    .pcrs()
                    .values()
                    .forEach((index, value) -> out.integer(index).bytes(value));
        });
        set("certificate", out -> out.bytes(valid.certificate()));
        set("cabundle", out -> {
            out.array(valid.cabundle().size());
            valid.cabundle().forEach(out::bytes);
        });
        set("public_key", out -> out.bytesOrNull(valid.claims().publicKey()));
        set("user_data", out -> out.bytesOrNull(valid.claims().userData()));
        set("nonce", out -> out.bytesOrNull(valid.claims().nonce()));
    }

    /** The stored document. */
    static byte[] valid() throws IOException {
        return Vectors.own("document/valid.cose");
    }

    static CoseSign1 envelope() throws AttestationException, IOException {
        return AttestationDocument.parse(valid()).envelope();
    }

    /** Trusts the root of the stored document. */
    static AttestationVerifier verifier() throws AttestationException, IOException {
        Bytes root = AttestationDocument.parse(valid()).cabundle().getFirst();
        return AttestationVerifier.ofFingerprint(CertificateChain.sha256(root));
    }

    static AttestationPolicy.Builder policy() {
        return AttestationPolicy.maxAge(Duration.ofMinutes(5)).anyImage();
    }

    /** The stored document's payload, for changing. */
    static SelfMade payload() throws AttestationException, IOException {
        return new SelfMade();
    }

    SelfMade set(String field, Consumer<CborWriter> value) {
        fields.put(field, value);
        return this;
    }

    SelfMade without(String field) {
        fields.remove(field);
        return this;
    }

    byte[] signed() throws GeneralSecurityException, IOException {
        return sign(new CborWriter().map(fields.size()).toByteArray(), new byte[0]);
    }

    /** Signed, with the payload's map of indefinite length. */
    byte[] signedIndefinite() throws GeneralSecurityException, IOException {
        return sign(new byte[] {(byte) 0xBF}, new byte[] {(byte) 0xFF});
    }

    /** Signed, with the payload's map between these bytes. */
    byte[] sign(byte[] head, byte[] tail) throws GeneralSecurityException, IOException {
        CborWriter body = new CborWriter();
        fields.forEach((name, value) -> value.accept(body.text(name)));
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        payload.writeBytes(head);
        payload.writeBytes(body.toByteArray());
        payload.writeBytes(tail);
        return AttestationDocumentWriter.sign(leafKey(), Bytes.copyOf(payload.toByteArray()));
    }

    int size() {
        return fields.size();
    }

    static PrivateKey leafKey() throws GeneralSecurityException, IOException {
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Vectors.own("document/leaf-key.pkcs8")));
    }
}
