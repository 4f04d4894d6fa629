package dev.cloister.local.http;

import dev.cloister.local.sigv4.ReceivedRequest;
import java.io.InputStream;

/**
 * A request whose body is still to be read.
 *
 * @param head method, target and headers
 * @param body ends where the request ends
 * @param isSecure whether it came over TLS
 */
public record StreamRequest(ReceivedRequest head, InputStream body, boolean isSecure) {}
