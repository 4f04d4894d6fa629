package dev.cloister.local.nsm;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.document.AttestationDocumentWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * The root under which local security modules sign their documents: AWS's chain of four authorities and a leaf, with the
 * same curves, lifetimes and constraints, under names of its own.
 *
 * <p>Only a verifier that was given this root's certificate accepts what it vouches for. Safe for use by several threads.
 */
public final class LocalAttestationAuthority {
    /** How long a leaf is valid. */
    public static final Duration LEAF_LIFE = Duration.ofHours(3);

    private static final String DOMAIN = "local.cloister";
    private static final Duration ROOT_LIFE = Duration.ofDays(30 * 365L);
    private static final Duration REGIONAL_LIFE = Duration.ofDays(20);
    private static final Duration ZONAL_LIFE = Duration.ofDays(5);
    private static final Duration INSTANCE_LIFE = Duration.ofDays(1);

    private final SigningIdentity root;
    private final SecureRandom random;

    private LocalAttestationAuthority(SigningIdentity root, SecureRandom random) {
        this.root = root;
        this.random = random;
    }

    /** A new authority, whose root is valid from now on. */
    public static LocalAttestationAuthority create(Instant now, SecureRandom random) {
        CertificateProfile profile = CertificateProfile.root("root." + DOMAIN, seconds(now), ROOT_LIFE);
        return new LocalAttestationAuthority(SigningIdentity.selfSigned(profile, random), random);
    }

    /**
     * The authority {@link #save} wrote.
     *
     * @throws IOException when the file cannot be read or holds no such authority
     */
    public static LocalAttestationAuthority load(Path file, SecureRandom random) throws IOException {
        return new LocalAttestationAuthority(IdentityFile.read(file), random);
    }

    /** Writes the root's key and certificate as PEM to a file that only its owner can read, replacing it whole. */
    public void save(Path file) throws IOException {
        IdentityFile.write(file, root);
    }

    /** The root certificate, for verifiers to pin. */
    public X509Certificate root() {
        return root.certificate();
    }

    /** A writer for one security module's documents, with a fresh chain that is valid for {@link #LEAF_LIFE} from now. */
    public AttestationDocumentWriter issue(String moduleId, Instant now) {
        Instant start = seconds(now);
        String instance = moduleId.replaceFirst("-enc.*", "");
        SigningIdentity regional =
                root.issue(CertificateProfile.issuer("region." + DOMAIN, start, REGIONAL_LIFE, 2), random);
        SigningIdentity zonal =
                regional.issue(CertificateProfile.issuer("zonal." + DOMAIN, start, ZONAL_LIFE, 1), random);
        SigningIdentity host =
                zonal.issue(CertificateProfile.issuer(instance + "." + DOMAIN, start, INSTANCE_LIFE, 0), random);
        SigningIdentity leaf = host.issue(CertificateProfile.leaf(moduleId + "." + DOMAIN, start, LEAF_LIFE), random);
        List<Bytes> cabundle = List.of(root.der(), regional.der(), zonal.der(), host.der());
        return new AttestationDocumentWriter(leaf.key(), leaf.der(), cabundle);
    }

    /** Certificates count in seconds; rounding up would make one that is not valid yet. */
    private static Instant seconds(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS);
    }
}
