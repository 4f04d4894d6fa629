package dev.cloister.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authorities of {@code AWS_CA_BUNDLE}. The AWS CLI and boto3 honour that variable; the AWS SDK for
 * Java does not, so its clients are given these trust managers.
 */
public final class CaBundle {
    /** The variable's name. */
    public static final String VARIABLE = "AWS_CA_BUNDLE";

    private CaBundle() {}

    /**
     * The trust managers for the PEM file that the environment names, or nothing where it names none and the Java
     * runtime's own authorities hold.
     *
     * @throws CommandException when the file cannot be read or holds no certificate
     */
    public static Optional<TrustManager[]> fromEnvironment() throws CommandException {
        String file = System.getenv(VARIABLE);
        return file == null || file.isBlank() ? Optional.empty() : Optional.of(read(Path.of(file)));
    }

    /** The trust managers that trust exactly the certificates of a PEM file. */
    public static TrustManager[] read(Path pem) throws CommandException {
        try (InputStream in = Files.newInputStream(pem)) {
            Collection<? extends Certificate> authorities =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (authorities.isEmpty()) {
                throw unusable(pem, null);
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (Certificate authority : authorities) {
                store.setCertificateEntry("authority-" + store.size(), authority);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return factory.getTrustManagers();
        } catch (IOException | GeneralSecurityException e) {
            throw unusable(pem, e);
        }
    }

    private static CommandException unusable(Path pem, @Nullable Exception cause) {
        return new CommandException(
                ExitStatus.FAILED,
                "no certificates can be read from " + pem,
                "set " + VARIABLE + " to a PEM file of certificate authorities, or unset it",
                cause);
    }
}
