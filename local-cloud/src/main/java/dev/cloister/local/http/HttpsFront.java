package dev.cloister.local.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.cloister.local.sigv4.ReceivedRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * An HTTPS server with a virtual thread for each request. Bodies are bounded, and a client that has not sent its whole
 * request in time is cut off, so that none can hold up the others.
 */
public final class HttpsFront implements AutoCloseable {
    /** The largest body: an attestation document of the largest size in base64, and what else a request holds. */
    public static final int MAX_BODY_BYTES = 1 << 20;

    /** The JDK's server reads its limits once, from properties; what the process already set has precedence. */
    private static final Map<String, String> LIMITS = Map.of(
            "sun.net.httpserver.maxReqTime", "20",
            "sun.net.httpserver.maxRspTime", "60",
            "sun.net.httpserver.idleInterval", "30",
            "sun.net.httpserver.nodelay", "true",
            "jdk.httpserver.maxConnections", "512",
            "jdk.http.maxHeaderSize", "65536");

    private static final System.Logger LOG = System.getLogger(HttpsFront.class.getName());
    private static final int STOP_SECONDS = 1;

    private final HttpsServer server;
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final Service service;

    private HttpsFront(HttpsServer server, Service service) {
        this.server = server;
        this.service = service;
    }

    /** Listens; it serves once {@link #start} is called. */
    public static HttpsFront listen(InetSocketAddress address, SSLContext tls, Service service) throws IOException {
        LIMITS.forEach((name, value) -> System.getProperties().putIfAbsent(name, value));
        HttpsServer server = HttpsServer.create(address, 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters modern = getSSLContext().getDefaultSSLParameters();
                modern.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
                parameters.setSSLParameters(modern);
            }
        });
        HttpsFront front = new HttpsFront(server, service);
        server.setExecutor(front.requests);
        server.createContext("/", front::handle);
        return front;
    }

    public void start() {
        server.start();
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String requestId = UUID.randomUUID().toString();
        try (exchange) {
            Answer answer = answer(exchange, requestId);
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.contentType());
            exchange.getResponseHeaders().set("x-amzn-RequestId", requestId);
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Answer answer(HttpExchange exchange, String requestId) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")
                || !exchange.getRequestURI().toString().equals("/")) {
            return jsonError(404, "UnknownOperationException", "");
        }
        Optional<byte[]> body = readBody(exchange);
        if (body.isEmpty()) {
            exchange.getResponseHeaders().set("Connection", "close");
            return jsonError(
                    413, "RequestEntityTooLargeException", "the body is longer than " + MAX_BODY_BYTES + " bytes");
        }
        Map<String, List<String>> headers = exchange.getRequestHeaders();
        try {
            return service.answer(new ReceivedRequest("POST", headers, body.get()), requestId);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "request " + requestId + " failed", e);
            return jsonError(500, "InternalFailure", "request " + requestId + " failed; see the server's log");
        }
    }

    private static Optional<byte[]> readBody(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        return body.length > MAX_BODY_BYTES ? Optional.empty() : Optional.of(body);
    }

    private static Answer jsonError(int status, String type, String message) {
        String body = "{\"__type\":\"" + type + "\",\"message\":\"" + message + "\"}";
        return new Answer(status, "application/x-amz-json-1.1", body);
    }

    /** Lets requests under way finish for a second, then ends. Closing twice is fine. */
    @Override
    public void close() {
        server.stop(STOP_SECONDS);
        requests.shutdownNow();
        try {
            if (!requests.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "a request was still under way when the server was closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
