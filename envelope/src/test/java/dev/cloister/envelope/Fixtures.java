package dev.cloister.envelope;

import dev.cloister.envelope.archive.ArchiveLimits;
import java.util.Arrays;

/** What several tests of packages share. */
final class Fixtures {
    static final KmsKeyArn ARN =
            new KmsKeyArn("arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab");
    static final EnvelopeHeader HEADER = new EnvelopeHeader(
            ARN, EncryptedDataKey.copyOf(new byte[] {1, 2, 3, 4}), EncryptionContext.of("digits", "1.0"));
    static final ArchiveLimits LIMITS = new ArchiveLimits(1000, 1L << 30);

    private Fixtures() {}

    static DataKey key(int seed) {
        byte[] bytes = new byte[DataKey.LENGTH];
        Arrays.fill(bytes, (byte) seed);
        return DataKey.copyOf(bytes);
    }
}
