package dev.cloister.local.http;

import dev.cloister.local.sigv4.ReceivedRequest;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One connection: requests and their answers, one after another. */
final class Connection {
    private static final System.Logger LOG = System.getLogger(Connection.class.getName());
    /** How much of a body that nobody reads is thrown away, so that its client gets to read the answer. */
    private static final long MAX_LEFTOVER = 64L << 20;

    private static final int BUFFER = 65536;
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final InputStream in;
    private final OutputStream out;
    private final boolean isSecure;
    private final StreamHandler handler;

    Connection(InputStream in, OutputStream out, boolean isSecure, StreamHandler handler) {
        this.in = new BufferedInputStream(in, BUFFER);
        this.out = new BufferedOutputStream(out, BUFFER);
        this.isSecure = isSecure;
        this.handler = handler;
    }

    void serve() throws IOException {
        try {
            while (serveOne()) {
                out.flush();
            }
        } catch (ProtocolException e) {
            String body = "bad request: " + e.getMessage() + "\n";
            send("GET", StreamAnswer.of(400, Map.of(), body.getBytes(StandardCharsets.UTF_8)), true);
        }
        out.flush();
    }

    private boolean serveOne() throws IOException {
        Optional<ReceivedRequest> next = RequestHead.read(in);
        if (next.isEmpty()) {
            return false;
        }
        ReceivedRequest head = next.get();
        AnnouncedBody body = new AnnouncedBody(
                RequestHead.body(head, in), head.header("expect").isPresent());
        StreamAnswer answer = answer(new StreamRequest(head, body, isSecure));
        try (InputStream content = answer.body()) {
            boolean wantsClose = head.header("connection")
                    .filter(value -> value.toLowerCase(Locale.ROOT).equals("close"))
                    .isPresent();
            boolean isUsedUp = body.isUsedUp();
            boolean ends = wantsClose || !isUsedUp;
            send(head.method(), answer, ends);
            return !ends;
        }
    }

    private StreamAnswer answer(StreamRequest request) throws IOException {
        try {
            return handler.handle(request);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a request failed", e);
            return StreamAnswer.of(
                    500, Map.of(), "the request failed; see the server's log\n".getBytes(StandardCharsets.UTF_8));
        }
    }

    private void send(String method, StreamAnswer answer, boolean ends) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + answer.status() + " " + reason(answer.status()) + "\r\n");
        answer.headers()
                .forEach((name, value) -> head.append(name)
                        .append(": ")
                        .append(value.replaceAll("[\\x00-\\x1f\\x7f]", " "))
                        .append("\r\n"));
        if (answer.status() != 204 && answer.status() != 304) {
            head.append("Content-Length: ").append(answer.length()).append("\r\n");
        }
        head.append(ends ? "Connection: close\r\n\r\n" : "\r\n");
        out.write(head.toString().getBytes(StandardCharsets.UTF_8));
        if (!method.equals("HEAD") && answer.body().transferTo(out) != answer.length()) {
            throw new IOException("the answer's body has another length than was announced");
        }
    }

    private static String reason(int status) {
        return status < 300 ? "OK" : status < 400 ? "See Elsewhere" : "Error";
    }

    /** The request's body; its client is told to go on once somebody reads it. */
    private final class AnnouncedBody extends FilterInputStream {
        private boolean isAwaited;

        AnnouncedBody(InputStream body, boolean isAwaited) {
            super(body);
            this.isAwaited = isAwaited;
        }

        @Override
        public int read() throws IOException {
            goOn();
            return super.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            goOn();
            return super.read(buffer, offset, length);
        }

        private void goOn() throws IOException {
            if (isAwaited) {
                isAwaited = false;
                out.write(CONTINUE);
                out.flush();
            }
        }

        /** Throws the rest away. Where the client still waits for leave to send, nothing comes. */
        boolean isUsedUp() throws IOException {
            if (isAwaited) {
                return false;
            }
            byte[] buffer = new byte[BUFFER];
            long dropped = 0;
            for (int count = super.read(buffer, 0, BUFFER); count >= 0; count = super.read(buffer, 0, BUFFER)) {
                dropped += count;
                if (dropped > MAX_LEFTOVER) {
                    return false;
                }
            }
            return true;
        }
    }
}
