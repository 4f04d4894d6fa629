package dev.cloister.local.kms;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A KMS key: symmetric, AES-256.
 *
 * @param deletionDate when it is deleted for good; empty unless its deletion is scheduled
 */
record KeyRecord(
        UUID id,
        String account,
        String region,
        Instant created,
        String description,
        boolean isEnabled,
        Optional<Instant> deletionDate,
        KeyPolicy policy,
        KeyMaterial material) {

    String arn() {
        return "arn:aws:kms:" + region + ":" + account + ":key/" + id;
    }

    /** As KMS names it. */
    String state() {
        if (deletionDate.isPresent()) {
            return "PendingDeletion";
        }
        return isEnabled ? "Enabled" : "Disabled";
    }

    KeyRecord withEnabled(boolean enabled) {
        return new KeyRecord(id, account, region, created, description, enabled, deletionDate, policy, material);
    }

    KeyRecord withDeletionDate(Optional<Instant> date) {
        return new KeyRecord(id, account, region, created, description, false, date, policy, material);
    }

    KeyRecord withPolicy(KeyPolicy newPolicy) {
        return new KeyRecord(id, account, region, created, description, isEnabled, deletionDate, newPolicy, material);
    }
}
