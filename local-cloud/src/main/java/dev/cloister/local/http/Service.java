package dev.cloister.local.http;

import dev.cloister.local.sigv4.ReceivedRequest;

/** A service called by {@code POST /}. It answers errors of the caller itself; what it throws becomes status 500. */
public interface Service {
    /**
     * Serves one request.
     *
     * @param requestId made for this request, to be repeated in the audit
     */
    Answer answer(ReceivedRequest request, String requestId);
}
