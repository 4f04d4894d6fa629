package dev.cloister.local.s3;

import dev.cloister.local.account.Session;
import dev.cloister.local.account.Sessions;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import org.gaul.s3proxy.AccessGrant;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * S3 over HTTPS on a directory. Every account's credentials are good for every bucket: s3proxy checks signatures, not
 * policies.
 */
public final class S3Front implements AutoCloseable {
    /**
     * The largest upload whose signature covers its body, which s3proxy holds in memory to check it. The AWS CLI and the
     * SDKs do not sign bodies over TLS; parts of a multipart upload are 8 MiB unless someone asks for more.
     */
    private static final long MAX_SIGNED_BODY_BYTES = 64L << 20;

    /** s3proxy and the Jetty in it tell at INFO level how they are set up, line after line. Held, as loggers are weak. */
    private static final Logger LIBRARY_LOG = Logger.getLogger("org.gaul");

    static {
        LIBRARY_LOG.setLevel(Level.WARNING);
    }

    private static final int MAX_THREADS = 64;
    /** Closing does not wait; Jetty would wait for idle connections that clients keep open as well. */
    private static final long STOP_MILLIS = 0;

    private final S3Proxy proxy;
    private final BlobStore store;

    private S3Front(S3Proxy proxy, BlobStore store) {
        this.proxy = proxy;
        this.store = store;
    }

    /**
     * Starts it on the loopback address.
     *
     * @param directory where buckets are directories and objects files
     * @param port 0 for any free one
     */
    public static S3Front start(Path directory, int port, SSLContext tls, Sessions sessions, InstantSource clock)
            throws IOException {
        PrivateFiles.directory(directory);
        BlobStore store = new FilesystemNio2BlobStore(directory.toString());
        Session first = sessions.all().getFirst();
        S3Proxy proxy = S3Proxy.builder()
                .blobStore(store)
                .secureEndpoint(URI.create("https://127.0.0.1:" + port))
                .sslContext(tls)
                // Only switches authentication on: the locator below knows every key.
                .awsAuthentication(
                        AuthenticationType.AWS_V4,
                        first.credentials().accessKeyId(),
                        first.credentials().secretAccessKey())
                .v4MaxNonChunkedRequestSize(MAX_SIGNED_BODY_BYTES)
                .ignoreUnknownHeaders(true)
                .jettyMaxThreads(MAX_THREADS)
                .stopTimeout(STOP_MILLIS)
                .build();
        proxy.setBlobStoreLocator((accessKeyId, bucket, object) -> secret(sessions, accessKeyId, clock)
                .map(secret -> new AccessGrant(secret, store))
                .orElse(null));
        try {
            proxy.start();
        } catch (Exception e) {
            throw new IOException("S3 cannot listen on port " + port + " of the loopback address", e);
        }
        return new S3Front(proxy, store);
    }

    private static Optional<String> secret(Sessions sessions, String accessKeyId, InstantSource clock) {
        return sessions.find(accessKeyId)
                .map(Session::credentials)
                .filter(credentials -> clock.instant().isBefore(credentials.expiration()))
                .map(credentials -> credentials.secretAccessKey());
    }

    /** Where it answers. Clients of an address that is no name put the bucket into the path. */
    public URI endpoint() {
        return URI.create("https://127.0.0.1:" + proxy.getSecurePort());
    }

    @Override
    public void close() throws IOException {
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new IOException("S3 did not stop", e);
        } finally {
            store.close();
        }
    }
}
