package dev.cloister.local.http;

import java.io.IOException;

/** A service whose requests and answers may be of any size. */
public interface StreamHandler {
    /**
     * Serves one request. What it does not read of the body is thrown away.
     *
     * @throws IOException when the client is gone or sends no proper body; the connection is then closed
     */
    StreamAnswer handle(StreamRequest request) throws IOException;
}
