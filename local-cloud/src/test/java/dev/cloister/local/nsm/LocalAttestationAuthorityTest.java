package dev.cloister.local.nsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.document.AttestationClaims;
import dev.cloister.attestation.document.AttestationDocument;
import dev.cloister.attestation.document.AttestationPolicy;
import dev.cloister.attestation.document.AttestationVerifier;
import dev.cloister.attestation.document.Pcrs;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalAttestationAuthorityTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00.500Z");
    private static final String MODULE_ID = "i-0123456789abcdef0-enc0123456789abcdef";

    private final SecureRandom random = new SecureRandom();
    private final LocalAttestationAuthority authority = LocalAttestationAuthority.create(NOW, random);

    @TempDir
    private Path directory;

    @Test
    void chain_hasTheShapeOfAwss() throws Exception {
        AttestationDocument document = AttestationDocument.parse(document(authority));
        List<X509Certificate> chain = new ArrayList<>();
        for (Bytes der : document.cabundle()) {
            chain.add(certificate(der));
        }
        assertThat(chain).hasSize(4);
        assertThat(chain.getFirst()).isEqualTo(authority.root());
        assertThat(chain.stream().map(X509Certificate::getBasicConstraints).toList())
                .containsExactly(Integer.MAX_VALUE, 2, 1, 0);
        X509Certificate leaf = certificate(document.certificate());
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getCriticalExtensionOIDs()).containsExactly("2.5.29.19");
        assertThat(leaf.getKeyUsage()).startsWith(true, true, false);
        assertThat(Duration.between(
                        leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant()))
                .isEqualTo(Duration.ofHours(3));
        assertThat(leaf.getSubjectX500Principal().getName()).contains(MODULE_ID).doesNotContain("aws");
    }

    @Test
    void savedAuthority_isTheSameOnceLoaded() throws Exception {
        Path file = directory.resolve("root.pem");
        authority.save(file);
        LocalAttestationAuthority loaded = LocalAttestationAuthority.load(file, random);
        assertThat(loaded.root()).isEqualTo(authority.root());
        AttestationPolicy policy =
                AttestationPolicy.maxAge(Duration.ZERO).anyImage().build();
        assertThat(AttestationVerifier.ofRoot(authority.root()).verify(document(loaded), policy, NOW))
                .isNotNull();
    }

    @Test
    void savedFile_isItsOwnersAloneAndReplacedWhole() throws Exception {
        Path file = directory.resolve("root.pem");
        Files.writeString(file, "old");
        authority.save(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var left = Files.list(directory)) {
            assertThat(left).containsExactly(file);
        }
    }

    @Test
    void fileOfSomethingElse_isRefused() throws Exception {
        Path file = directory.resolve("root.pem");
        assertThatIOException().isThrownBy(() -> LocalAttestationAuthority.load(file, random));
        authority.save(file);
        String good = Files.readString(file);
        int certificate = good.indexOf("-----BEGIN CERTIFICATE");
        LocalAttestationAuthority.create(NOW, random).save(file);
        String otherKey = Files.readString(file);
        otherKey = otherKey.substring(0, otherKey.indexOf("-----BEGIN CERTIFICATE"));
        for (String bad : List.of(
                "",
                "x".repeat(100_000),
                good.substring(0, certificate),
                good.substring(certificate),
                otherKey + good.substring(certificate),
                good.replace("MI", "!!"),
                good.replaceFirst("MI", "M"),
                good.replaceFirst("MI", "===="))) {
            Files.writeString(file, bad);
            assertThatIOException()
                    .isThrownBy(() -> LocalAttestationAuthority.load(file, random))
                    .withMessageStartingWith("not a key and its certificate in PEM");
        }
    }

    private static byte[] document(LocalAttestationAuthority authority) throws Exception {
        Pcrs pcrs = new Pcrs(new TreeMap<>(Map.of(0, Bytes.ofHex("01".repeat(48)))));
        return authority.issue(MODULE_ID, NOW).write(new AttestationClaims(MODULE_ID, NOW, pcrs, null, null, null));
    }

    private static X509Certificate certificate(Bytes der) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der.toArray()));
    }
}
