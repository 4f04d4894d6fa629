package dev.cloister.local.tls;

import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority of its own for each state directory. Its key lies there, readable by its owner; whoever can
 * read it can play the local cloud to those who trust it, so it belongs into no trust store but theirs. The servers'
 * key is made anew at each start and never stored.
 */
public final class LocalAuthority {
    private static final String SUBJECT = "CN=Cloister local cloud";
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final Duration AUTHORITY_LIFETIME = Duration.ofDays(3650);
    private static final Duration SERVER_LIFETIME = Duration.ofDays(365);
    /** Lets clients whose clocks are a little late begin at once. */
    private static final Duration BACKDATED = Duration.ofHours(1);

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final Path certificateFile;
    private final SecureRandom random;

    private LocalAuthority(X509Certificate certificate, PrivateKey key, Path certificateFile, SecureRandom random) {
        this.certificate = certificate;
        this.key = key;
        this.certificateFile = certificateFile;
        this.random = random;
    }

    /** Opens the authority that a directory holds, or makes it: {@code ca.pem} and {@code ca-key.pem}. */
    public static LocalAuthority open(Path directory, Instant now, SecureRandom random) throws IOException {
        PrivateFiles.directory(directory);
        Path certificateFile = directory.resolve("ca.pem");
        Path keyFile = directory.resolve("ca-key.pem");
        try {
            if (!Files.exists(certificateFile)) {
                KeyPair pair = newKey(random);
                PrivateFiles.replace(keyFile, pem(new JcaPKCS8Generator(pair.getPrivate(), null)));
                PrivateFiles.replace(certificateFile, pem(selfSigned(pair, now, random)));
            }
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(readPem(certificateFile, X509CertificateHolder.class));
            PrivateKey key = new JcaPEMKeyConverter().getPrivateKey(readPem(keyFile, PrivateKeyInfo.class));
            return new LocalAuthority(certificate, key, certificateFile, random);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("the certificate authority in " + directory + " cannot be used", e);
        }
    }

    /** The PEM file of its certificate, for {@code AWS_CA_BUNDLE} and for an image's trust store. */
    public Path certificateFile() {
        return certificateFile;
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** A TLS context of a server that answers for this machine and for the AWS names of some regions. */
    public SSLContext serverContext(Set<String> regions, Instant now) throws IOException {
        try {
            KeyPair pair = newKey(random);
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            char[] password = new char[0];
            X509Certificate[] chain = {issue(pair, serverNames(regions), now), certificate};
            store.setKeyEntry("server", pair.getPrivate(), password, chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(store, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, random);
            return context;
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("no server certificate can be issued", e);
        }
    }

    private static GeneralNames serverNames(Set<String> regions) {
        List<GeneralName> names = new ArrayList<>(List.of(
                new GeneralName(GeneralName.dNSName, "localhost"),
                new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                new GeneralName(GeneralName.iPAddress, "::1")));
        for (String region : regions) {
            for (String service : List.of("kms", "s3", "sts", "cloudformation")) {
                names.add(new GeneralName(GeneralName.dNSName, service + "." + region + ".amazonaws.com"));
            }
        }
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }

    private X509Certificate issue(KeyPair pair, GeneralNames names, Instant now)
            throws GeneralSecurityException, OperatorCreationException, CertIOException {
        JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
        X509v3CertificateBuilder builder = builder("CN=Cloister local server", pair, now, SERVER_LIFETIME, random)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                .addExtension(Extension.subjectAlternativeName, false, names)
                .addExtension(
                        Extension.authorityKeyIdentifier,
                        false,
                        identifiers.createAuthorityKeyIdentifier(certificate.getPublicKey()));
        return sign(builder, key);
    }

    private static X509Certificate selfSigned(KeyPair pair, Instant now, SecureRandom random)
            throws GeneralSecurityException, OperatorCreationException, CertIOException {
        X509v3CertificateBuilder builder = builder(SUBJECT, pair, now, AUTHORITY_LIFETIME, random)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        return sign(builder, pair.getPrivate());
    }

    private static X509v3CertificateBuilder builder(
            String subject, KeyPair pair, Instant now, Duration lifetime, SecureRandom random)
            throws GeneralSecurityException, CertIOException {
        return new JcaX509v3CertificateBuilder(
                        new X500Name(SUBJECT),
                        new BigInteger(127, random).setBit(126),
                        Date.from(now.minus(BACKDATED)),
                        Date.from(now.plus(lifetime)),
                        new X500Name(subject),
                        pair.getPublic())
                .addExtension(
                        Extension.subjectKeyIdentifier,
                        false,
                        new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException, OperatorCreationException {
        ContentSigner signer = new JcaContentSignerBuilder(SIGNATURE).build(key);
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }

    private static KeyPair newKey(SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    private static byte[] pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static <T> T readPem(Path file, Class<T> kind) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
            Object object = parser.readObject();
            if (!kind.isInstance(object)) {
                throw new IOException(file + " does not hold what it should");
            }
            return kind.cast(object);
        }
    }
}
