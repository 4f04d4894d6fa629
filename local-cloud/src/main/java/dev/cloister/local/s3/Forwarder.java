package dev.cloister.local.s3;

import dev.cloister.local.http.StreamAnswer;
import dev.cloister.local.sigv4.CanonicalUri;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Passes what has been allowed on to the backend: only headers that mean something there, and only its own back. */
final class Forwarder {
    static final String METADATA_PREFIX = "x-amz-meta-";
    /** Headers that belong to an object's content. */
    static final List<String> CONTENT_HEADERS = List.of(
            "cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires");

    private static final Set<String> READ_HEADERS =
            Set.of("range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since");
    private static final Set<String> WRITE_CONDITIONS = Set.of("if-match", "if-none-match");
    private static final Set<String> ANSWERED = Set.of("etag", "last-modified", "content-range", "accept-ranges");
    private static final String RESERVED = METADATA_PREFIX + "cloister-";
    private static final int MAX_XML = 8 << 20;

    private final Backend backend;

    Forwarder(Backend backend) {
        this.backend = backend;
    }

    /** What a request says of a new object's content. */
    Map<String, String> contentHeaders(S3Call call) throws S3Exception {
        Map<String, String> headers = new TreeMap<>();
        for (String name : call.head().headers().keySet()) {
            String value = String.join(",", call.head().headers().getOrDefault(name, List.of()));
            if (name.startsWith(RESERVED)) {
                throw S3Exception.invalid("the local cloud keeps metadata of the name " + name + " for itself");
            }
            if (name.startsWith(METADATA_PREFIX) || CONTENT_HEADERS.contains(name) || WRITE_CONDITIONS.contains(name)) {
                headers.put(name, value);
            }
        }
        headers.computeIfPresent("content-encoding", (name, value) -> withoutAwsChunked(value));
        headers.values().removeIf(String::isEmpty);
        return headers;
    }

    private static String withoutAwsChunked(String encodings) {
        return List.of(encodings.split(",", -1)).stream()
                .map(String::strip)
                .filter(encoding -> !encoding.equals("aws-chunked"))
                .collect(Collectors.joining(","));
    }

    Map<String, String> readHeaders(S3Call call) {
        Map<String, String> headers = new TreeMap<>();
        READ_HEADERS.forEach(name -> call.header(name).ifPresent(value -> headers.put(name, value)));
        return headers;
    }

    /** Sends a request on and takes the answer as it is. */
    Backend.Reply exchange(S3Call call, Map<String, String> headers, InputStream body, long length) throws IOException {
        return backend.exchange(call.method(), target(call), headers, body, length);
    }

    /** Sends a request on with its content, which is checked to the end even where there is none. */
    StreamAnswer forward(S3Call call, Map<String, String> headers, Payload content) throws IOException {
        if (content.length() == 0) {
            content.read();
        }
        return answer(exchange(call, headers, content, content.length()));
    }

    /** Sends a request on with another body. */
    StreamAnswer forward(S3Call call, Map<String, String> headers, byte[] body) throws IOException {
        return answer(exchange(call, headers, new ByteArrayInputStream(body), body.length));
    }

    /** What the backend tells of an object without its content. */
    Backend.Reply describe(CopySource object) throws S3Exception, IOException {
        Backend.Reply reply = backend.exchange("HEAD", object.escaped(), Map.of(), InputStream.nullInputStream(), 0);
        reply.body().close();
        if (reply.status() == 404) {
            throw new S3Exception(404, "NoSuchKey", "The specified key does not exist.");
        }
        return reply;
    }

    void delete(CopySource object) throws IOException {
        backend.exchange("DELETE", object.escaped(), Map.of(), InputStream.nullInputStream(), 0)
                .body()
                .close();
    }

    StreamAnswer answer(Backend.Reply reply) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        reply.headers().forEach((name, value) -> {
            boolean isMetadata = name.startsWith(METADATA_PREFIX) && !name.startsWith(RESERVED);
            if (isMetadata || CONTENT_HEADERS.contains(name) || ANSWERED.contains(name)) {
                headers.put(name, value);
            }
        });
        String length = reply.headers().get("content-length");
        if (length != null) {
            return new StreamAnswer(reply.status(), headers, Long.parseLong(length), reply.body());
        }
        try (InputStream body = reply.body()) {
            return StreamAnswer.of(reply.status(), headers, body.readNBytes(MAX_XML));
        }
    }

    static Optional<String> kmsKey(Backend.Reply reply) {
        return Optional.ofNullable(reply.headers().get(Encryption.METADATA));
    }

    private static String target(S3Call call) {
        String path = CanonicalUri.encode("/" + call.bucket() + (call.key().isEmpty() ? "" : "/" + call.key()), true);
        String query = call.parameters().entrySet().stream()
                .filter(parameter -> !parameter.getKey().equals("x-id"))
                .map(parameter -> CanonicalUri.encode(parameter.getKey(), false) + "="
                        + CanonicalUri.encode(parameter.getValue(), false))
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? path : path + "?" + query;
    }
}
