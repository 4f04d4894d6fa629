package dev.cloister.enclave.kms;

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

/** The certificate authorities that a KMS endpoint's certificate must come from. */
public final class TrustRoots {
    private final @Nullable KeyStore store;

    private TrustRoots(@Nullable KeyStore store) {
        this.store = store;
    }

    /**
     * Those of a PEM file, or of the Java runtime when none is given.
     *
     * @throws IOException when the file cannot be read or holds no certificate
     */
    public static TrustRoots of(Optional<Path> pemFile) throws IOException, GeneralSecurityException {
        return pemFile.isEmpty() ? new TrustRoots(null) : new TrustRoots(read(pemFile.get()));
    }

    private static KeyStore read(Path pemFile) throws IOException, GeneralSecurityException {
        Collection<? extends Certificate> certificates;
        try (InputStream in = Files.newInputStream(pemFile)) {
            certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
        }
        if (certificates.isEmpty()) {
            throw new IOException(pemFile + " holds no certificate");
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int index = 0;
        for (Certificate certificate : certificates) {
            store.setCertificateEntry("root-" + index++, certificate);
        }
        return store;
    }

    TrustManager[] trustManagers() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
