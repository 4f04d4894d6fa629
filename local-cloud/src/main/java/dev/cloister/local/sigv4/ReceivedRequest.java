package dev.cloister.local.sigv4;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A request as it arrived. Not a record, as it holds the body's bytes; nobody changes them. */
public final class ReceivedRequest {
    private final String method;
    private final String target;
    private final Map<String, List<String>> headers;
    private final byte[] body;

    /**
     * Wraps the parts of a request.
     *
     * @param target path and query as they were sent
     * @param headers in any case; several values of one name stay in their order
     * @param body not copied; empty where it is still to be read
     */
    public ReceivedRequest(String method, String target, Map<String, List<String>> headers, byte[] body) {
        this.method = method;
        this.target = target;
        this.headers = new TreeMap<>();
        headers.forEach((name, values) -> this.headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
        this.body = body;
    }

    /** A request at the root path and without a query, as most services are called. */
    public ReceivedRequest(String method, Map<String, List<String>> headers, byte[] body) {
        this(method, "/", headers, body);
    }

    public String method() {
        return method;
    }

    /** The path, escaped as it was sent. */
    public String rawPath() {
        int question = target.indexOf('?');
        return question < 0 ? target : target.substring(0, question);
    }

    /** The query, escaped as it was sent; empty where there is none. */
    public String rawQuery() {
        int question = target.indexOf('?');
        return question < 0 ? "" : target.substring(question + 1);
    }

    /** The value of a query parameter that stands there exactly once. */
    public Optional<String> parameter(String name) {
        List<String> values = CanonicalUri.parameters(rawQuery()).stream()
                .filter(parameter -> parameter.getKey().equals(name))
                .map(Map.Entry::getValue)
                .toList();
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }

    /** Names in lower case, sorted. */
    public Map<String, List<String>> headers() {
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
