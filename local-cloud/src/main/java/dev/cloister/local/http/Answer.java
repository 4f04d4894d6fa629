package dev.cloister.local.http;

/**
 * A service's answer.
 *
 * @param status the HTTP status
 * @param body text that is sent as UTF-8
 */
public record Answer(int status, String contentType, String body) {}
