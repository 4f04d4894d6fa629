package dev.cloister.local.kms;

import java.time.Instant;
import java.util.UUID;

/**
 * A key's second name.
 *
 * @param name with {@code alias/} in front
 */
record Alias(String account, String region, String name, UUID target, Instant created, Instant updated) {
    String arn() {
        return "arn:aws:kms:" + region + ":" + account + ":" + name;
    }

    Alias withTarget(UUID key, Instant now) {
        return new Alias(account, region, name, key, created, now);
    }
}
