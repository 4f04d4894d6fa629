package dev.cloister.local.http;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer.
 *
 * @param length of the body in bytes; of the body that a GET would have, where the request was a HEAD
 * @param body closed once it is sent
 */
public record StreamAnswer(int status, Map<String, String> headers, long length, InputStream body) {
    public StreamAnswer {
        headers = Map.copyOf(headers);
    }

    /** An answer whose body is in memory. */
    public static StreamAnswer of(int status, Map<String, String> headers, byte[] body) {
        return new StreamAnswer(status, headers, body.length, new ByteArrayInputStream(body));
    }

    /** The same with one more header, or with another value of it. */
    public StreamAnswer with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new StreamAnswer(status, more, length, body);
    }
}
