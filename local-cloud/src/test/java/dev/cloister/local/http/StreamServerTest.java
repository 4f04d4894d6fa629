package dev.cloister.local.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests as they should be, and as they should not. */
@Timeout(120)
class StreamServerTest {
    private StreamServer server;

    @BeforeEach
    void start() throws Exception {
        server = StreamServer.listen(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), Optional.empty(), request -> {
                    if (request.head().rawPath().equals("/fail")) {
                        throw new IllegalStateException("a secret");
                    }
                    byte[] body = request.head().rawPath().equals("/unread")
                            ? "refused".getBytes(StandardCharsets.UTF_8)
                            : request.body().readAllBytes();
                    return StreamAnswer.of(200, Map.of("X-Echo", request.head().rawQuery()), body);
                });
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        server.close();
    }

    @Test
    void severalRequests_goOverOneConnection() throws Exception {
        assertThat(exchange("POST /?a=b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
                        + "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"
                        + "HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                .contains("X-Echo: a=b", "hello", "abcd")
                .endsWith("\r\n\r\n");
    }

    @Test
    void clientThatWaitsForLeave_getsItOnlyWhenTheBodyIsWanted() throws Exception {
        String head = " HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";

        assertThat(exchange("PUT /unread" + head)).startsWith("HTTP/1.1 200").endsWith("refused");
        assertThat(exchange("PUT /" + head + "helloGET / HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200");
    }

    @Test
    void bodyThatNobodyReads_doesNotHideTheAnswer() throws Exception {
        assertThat(exchange("PUT /unread HTTP/1.1\r\nContent-Length: 1000000\r\nConnection: close\r\n\r\n"
                        + "x".repeat(1_000_000)))
                .startsWith("HTTP/1.1 200")
                .endsWith("refused");
    }

    @Test
    void failureOfTheHandler_tellsNothingOfItsCause() throws Exception {
        assertThat(exchange("GET /fail HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 500")
                .doesNotContain("a secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.0\r\n\r\n",
                "get / HTTP/1.1\r\n\r\n",
                "GET nowhere HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
                "PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
                "PUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
                "PUT / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nx",
                "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"
            })
    void malformedRequest_isRefused(String request) throws Exception {
        assertThat(exchange(request)).startsWith("HTTP/1.1 400");
    }

    @Test
    void headWithoutEnd_isRefusedAtItsLimit() throws Exception {
        assertThat(exchange("GET / HTTP/1.1\r\nX: " + "x".repeat(RequestHead.MAX_BYTES) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
    }

    private String exchange(String request) throws Exception {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), server.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
