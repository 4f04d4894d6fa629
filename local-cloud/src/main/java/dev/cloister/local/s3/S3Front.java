package dev.cloister.local.s3;

import dev.cloister.local.http.StreamServer;
import dev.cloister.local.kms.KeyUse;
import dev.cloister.local.policy.Identities;
import dev.cloister.local.sigv4.SigV4Verifier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * S3 on a directory, over HTTPS and over plain HTTP. Who calls and what the policies allow is settled here; s3proxy
 * behind it keeps the objects and is reached by nobody else.
 */
public final class S3Front implements AutoCloseable {
    private final Backend backend;
    private final Buckets buckets;
    private final StreamServer secure;
    private final StreamServer plain;

    /**
     * What decides.
     *
     * @param verifier establishes callers
     * @param identities what callers have been given
     * @param keys whether they may use KMS keys
     */
    public record Rules(SigV4Verifier verifier, Identities identities, KeyUse keys, InstantSource clock) {}

    private S3Front(Backend backend, Buckets buckets, StreamServer secure, StreamServer plain) {
        this.backend = backend;
        this.buckets = buckets;
        this.secure = secure;
        this.plain = plain;
    }

    /**
     * Starts it on the loopback address.
     *
     * @param objects where buckets are directories and objects files
     * @param settings where each bucket's owner and policy are kept
     * @param port of HTTPS; 0 for any free one, as plain HTTP always has
     */
    public static S3Front start(Path objects, Path settings, int port, SSLContext tls, Rules rules) throws IOException {
        Backend backend = Backend.start(objects, new SecureRandom());
        boolean isStarted = false;
        try {
            Buckets buckets = Buckets.open(settings, backend);
            S3Service service = new S3Service(rules, buckets, backend);
            StreamServer secure = StreamServer.listen(address(port), Optional.of(tls), service);
            secure.start();
            StreamServer plain = StreamServer.listen(address(0), Optional.empty(), service);
            plain.start();
            isStarted = true;
            return new S3Front(backend, buckets, secure, plain);
        } finally {
            if (!isStarted) {
                backend.close();
            }
        }
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    }

    /** The buckets, for whoever sets them up in other ways than by requests. */
    public Buckets buckets() {
        return buckets;
    }

    /** Where it answers. Clients of an address that is no name put the bucket into the path. */
    public URI endpoint() {
        return URI.create("https://127.0.0.1:" + secure.port());
    }

    /** Where it answers without TLS. */
    public URI plainEndpoint() {
        return URI.create("http://127.0.0.1:" + plain.port());
    }

    @Override
    public void close() throws IOException {
        try {
            secure.close();
            plain.close();
        } finally {
            backend.close();
        }
    }
}
