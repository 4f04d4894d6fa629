package dev.cloister.local.nsm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.document.AttestationClaims;
import dev.cloister.attestation.document.AttestationDocumentWriter;
import dev.cloister.attestation.document.Pcrs;
import dev.cloister.local.kms.recipient.RecipientWrapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Writes the self-made vectors of the attestation module's tests anew. Its name keeps it out of the ordinary build:
 * {@code mvn -pl local-cloud -am test -Dtest=AttestationVectorWriter -Dsurefire.failIfNoSpecifiedTests=false}.
 */
final class AttestationVectorWriter {
    private static final Path RESOURCES = Path.of("..", "attestation", "src", "test", "resources");
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00.250Z");

    private final SecureRandom random = new SecureRandom();

    @Test
    void document() throws Exception {
        String moduleId = "i-0123456789abcdef0-enc0123456789abcdef";
        SigningIdentity root = SigningIdentity.selfSigned(
                CertificateProfile.root("root.local.cloister", NOW, LocalAttestationAuthority.LEAF_LIFE), random);
        SigningIdentity issuer = root.issue(
                CertificateProfile.issuer("issuer.local.cloister", NOW, LocalAttestationAuthority.LEAF_LIFE, 0),
                random);
        SigningIdentity leaf = issuer.issue(
                CertificateProfile.leaf(moduleId + ".local.cloister", NOW, LocalAttestationAuthority.LEAF_LIFE),
                random);
        TreeMap<Integer, Bytes> pcrs = new TreeMap<>();
        for (int index = 0; index < 16; index++) {
            pcrs.put(
                    index,
                    Bytes.ofHex("%02x".formatted(index < 5 ? index + 1 : 0).repeat(48)));
        }
        AttestationClaims claims = new AttestationClaims(
                moduleId, NOW, new Pcrs(pcrs), bytes("public key"), bytes("user data"), bytes("nonce"));
        AttestationDocumentWriter writer =
                new AttestationDocumentWriter(leaf.key(), leaf.der(), List.of(root.der(), issuer.der()));
        write("document/leaf-key.pkcs8", leaf.key().getEncoded());
        write("document/valid.cose", writer.write(claims));
    }

    @Test
    void envelope() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048, random);
        KeyPair pair = generator.generateKeyPair();
        byte[] plaintext = "thirty-two bytes of a data key..".getBytes(UTF_8);
        assertThat(plaintext).hasSize(32);
        write("recipient/rsa-key.pkcs8", pair.getPrivate().getEncoded());
        write(
                "recipient/wrapped.ber",
                new RecipientWrapper(random).wrap(plaintext, pair.getPublic().getEncoded()));
    }

    private static Bytes bytes(String text) {
        return Bytes.copyOf(text.getBytes(UTF_8));
    }

    private static void write(String name, byte[] content) throws Exception {
        Path file = RESOURCES.resolve("dev/cloister/attestation").resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }
}
