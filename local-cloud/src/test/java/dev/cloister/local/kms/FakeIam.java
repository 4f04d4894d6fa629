package dev.cloister.local.kms;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Answers {@code GetAccountAuthorizationDetails} in two pages, as IAM's query protocol has it. */
final class FakeIam implements AutoCloseable {
    private final HttpServer server;

    FakeIam(String first, String second) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String page = body.contains("Marker=more") ? second : first;
            byte[] answer = ("<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>" + page
                            + "</GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/xml");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
