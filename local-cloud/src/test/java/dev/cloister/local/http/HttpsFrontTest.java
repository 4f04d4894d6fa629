package dev.cloister.local.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.local.tls.LocalAuthority;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client can do wrong before any service has a say. The limit of time is set in this module's POM. */
@Timeout(60)
class HttpsFrontTest {
    private static final String HELLO =
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
    private static final int READ_MILLIS = 20_000;

    @TempDir
    private Path directory;

    private final CountDownLatch release = new CountDownLatch(1);
    private HttpsFront front;
    private SSLContext clientContext;

    @BeforeEach
    void start() throws Exception {
        LocalAuthority authority = LocalAuthority.open(directory, Instant.now(), new SecureRandom());
        front = HttpsFront.listen(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
                authority.serverContext(Set.of("us-east-1"), Instant.now()),
                (request, id) -> answer(new String(request.body(), StandardCharsets.UTF_8)));
        front.start();
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", authority.certificate());
        TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
        managers.init(trusted);
        clientContext = SSLContext.getInstance("TLS");
        clientContext.init(null, managers.getTrustManagers(), null);
    }

    @AfterEach
    void stop() {
        release.countDown();
        front.close();
        front.close();
    }

    @Test
    void request_reachesTheServiceAndCarriesAnId() throws Exception {
        assertThat(exchange(HELLO))
                .startsWith("HTTP/1.1 200")
                .containsPattern("(?i)x-amzn-requestid: [0-9a-f-]{36}")
                .endsWith("hello");
    }

    @Test
    void otherMethodPathOrQuery_isUnknown() throws Exception {
        for (String line : new String[] {"GET /", "POST /keys", "POST /?a=b"}) {
            assertThat(exchange(line + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 404")
                    .contains("UnknownOperationException");
        }
    }

    @Test
    void bodyOverTheLimit_isRefused() throws Exception {
        int length = HttpsFront.MAX_BODY_BYTES + 1;
        assertThat(exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\nConnection: close\r\n\r\n"
                        + "x".repeat(length)))
                .startsWith("HTTP/1.1 413")
                .contains("RequestEntityTooLargeException");
    }

    @Test
    void failureOfTheService_tellsNothingOfItsCause() throws Exception {
        assertThat(exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfail"))
                .startsWith("HTTP/1.1 500")
                .contains("InternalFailure")
                .doesNotContain("a secret");
    }

    @Test
    void clientThatNeverFinishes_isCutOffWhileOthersAreServed() throws Exception {
        try (SSLSocket slow = connect()) {
            slow.getOutputStream()
                    .write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe"
                            .getBytes(StandardCharsets.UTF_8));
            slow.getOutputStream().flush();
            assertThat(exchange(HELLO)).endsWith("hello");
            assertCutOff(slow);
        }
    }

    @Test
    void requestUnderWay_doesNotHoldUpOthers() throws Exception {
        Thread waiting = Thread.ofVirtual().start(() -> {
            try {
                exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close\r\n\r\nwait");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        assertThat(exchange(HELLO)).endsWith("hello");
        release.countDown();
        assertThat(waiting.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void oldTls_isRefused() throws Exception {
        try (SSLSocket socket = connect()) {
            socket.setEnabledProtocols(new String[] {"TLSv1.1"});
            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
        }
    }

    private Answer answer(String body) {
        if (body.equals("fail")) {
            throw new IllegalStateException("a secret");
        }
        if (body.equals("wait")) {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return new Answer(200, "text/plain", body);
    }

    private static void assertCutOff(SSLSocket socket) throws IOException {
        try {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (SSLException | SocketException cut) {
            // Closed without a TLS farewell, which is as good.
            assertThat(cut).isNotNull();
        }
    }

    private String exchange(String request) throws Exception {
        try (SSLSocket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private SSLSocket connect() throws Exception {
        SSLSocket socket = (SSLSocket)
                clientContext.getSocketFactory().createSocket(InetAddress.ofLiteral("127.0.0.1"), front.port());
        socket.setSoTimeout(READ_MILLIS);
        return socket;
    }
}
