package dev.cloister.local.account;

import java.time.Instant;

/**
 * Credentials as STS issues them for a role. The secret access key appears in no text.
 *
 * @param accessKeyId begins with {@code ASIA}, as those of roles do
 * @param expiration the instant from which they are refused
 */
public record TemporaryCredentials(
        String accessKeyId, String secretAccessKey, String sessionToken, Instant expiration) {

    @Override
    public String toString() {
        return "TemporaryCredentials[" + accessKeyId + " until " + expiration + "]";
    }
}
