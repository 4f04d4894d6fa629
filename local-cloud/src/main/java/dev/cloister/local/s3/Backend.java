package dev.cloister.local.s3;

import dev.cloister.local.sigv4.RequestSigner;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * s3proxy on a directory: it keeps objects and uploads, and speaks the rest of S3's protocol. It serves this process
 * alone, under credentials that are made anew at each start and that nobody else learns.
 */
final class Backend implements AutoCloseable {
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
    private final RequestSigner signer;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(threads)
            .build();

    private Backend(S3Proxy proxy, BlobStore store, RequestSigner signer) {
        this.proxy = proxy;
        this.store = store;
        this.signer = signer;
    }

    /** What it answers; the body must be closed. */
    record Reply(int status, Map<String, String> headers, InputStream body) {}

    /**
     * Starts it on the loopback address.
     *
     * @param directory where buckets are directories and objects files
     */
    static Backend start(Path directory, SecureRandom random) throws IOException {
        PrivateFiles.directory(directory);
        RequestSigner signer = RequestSigner.withNewSecret(random);
        BlobStore store = new FilesystemNio2BlobStore(directory.toString());
        S3Proxy proxy = S3Proxy.builder()
                .blobStore(store)
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V4, signer.accessKeyId(), signer.secretAccessKey())
                .ignoreUnknownHeaders(true)
                .jettyMaxThreads(MAX_THREADS)
                .stopTimeout(STOP_MILLIS)
                .build();
        try {
            proxy.start();
        } catch (Exception e) {
            throw new IOException("the object store does not start", e);
        }
        return new Backend(proxy, store, signer);
    }

    /**
     * Passes a request on.
     *
     * @param target path and query, escaped
     * @param length of the body in bytes
     */
    Reply exchange(String method, String target, Map<String, String> headers, InputStream body, long length)
            throws IOException {
        String authority = "127.0.0.1:" + proxy.getPort();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + authority + target))
                .method(
                        method,
                        length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.fromPublisher(
                                        HttpRequest.BodyPublishers.ofInputStream(() -> body), length));
        headers.forEach(request::header);
        // The object store goes by the time of day, whatever clock the rest is given.
        signer.sign(method, target, authority, InstantSource.system().instant()).forEach(request::header);
        try {
            HttpResponse<InputStream> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            Map<String, String> named = new TreeMap<>();
            response.headers()
                    .map()
                    .forEach((name, values) -> named.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
            return new Reply(response.statusCode(), named, response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    void createBucket(String name) throws IOException {
        require("PUT", "/" + name, 200);
    }

    /** Whether it is gone, as it held nothing. */
    boolean deleteBucket(String name) throws IOException {
        Reply reply = exchange("DELETE", "/" + name, Map.of(), InputStream.nullInputStream(), 0);
        try (InputStream body = reply.body()) {
            body.readAllBytes();
        }
        return reply.status() != 409;
    }

    private void require(String method, String target, int status) throws IOException {
        Reply reply = exchange(method, target, Map.of(), InputStream.nullInputStream(), 0);
        try (InputStream body = reply.body()) {
            body.readAllBytes();
        }
        if (reply.status() != status) {
            throw new IOException("the object store answers " + reply.status() + " to " + method + " " + target);
        }
    }

    @Override
    public void close() throws IOException {
        client.shutdownNow();
        threads.shutdownNow();
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new IOException("the object store does not stop", e);
        } finally {
            store.close();
        }
    }
}
