package dev.cloister.local.sigv4;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request as it arrived. All services here are called at the root path and without a query, so there is neither.
 * Not a record, as it holds the body's bytes; nobody changes them.
 */
public final class ReceivedRequest {
    private final String method;
    private final Map<String, List<String>> headers;
    private final byte[] body;

    /**
     * Wraps the parts of a request.
     *
     * @param headers in any case; several values of one name stay in their order
     * @param body not copied
     */
    public ReceivedRequest(String method, Map<String, List<String>> headers, byte[] body) {
        this.method = method;
        this.headers = new TreeMap<>();
        headers.forEach((name, values) -> this.headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
        this.body = body;
    }

    String method() {
        return method;
    }

    /** Names in lower case, sorted. */
    Map<String, List<String>> headers() {
        return headers;
    }

    /** The value of a header that stands there exactly once. */
    public Optional<String> header(String lowerCaseName) {
        List<String> values = headers.getOrDefault(lowerCaseName, List.of());
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }

    /** The bytes that were sent; callers leave them as they are. */
    public byte[] body() {
        return body;
    }
}
