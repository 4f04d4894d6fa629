package dev.cloister.enclave.kms;

import dev.cloister.envelope.EncryptedDataKey;
import dev.cloister.envelope.EnvelopeHeader;
import java.util.Map;
import java.util.Optional;

/**
 * A data key as a package's header shows it, to be unwrapped by KMS.
 *
 * @param keyArn of the key it is wrapped under; empty for a package of the AWS sample, which does not tell
 * @param region where that key lives
 * @param encryptionContext what the data key was tied to
 */
public record WrappedKey(
        Optional<String> keyArn,
        String region,
        EncryptedDataKey encryptedDataKey,
        Map<String, String> encryptionContext) {

    public static WrappedKey of(EnvelopeHeader header) {
        return new WrappedKey(
                Optional.of(header.keyArn().value()),
                header.keyArn().region(),
                header.encryptedDataKey(),
                header.encryptionContext().entries());
    }
}
