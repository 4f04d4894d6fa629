package dev.cloister.encryptor;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.envelope.DataKey;
import dev.cloister.envelope.EncryptedDataKey;
import dev.cloister.envelope.EncryptionContext;
import dev.cloister.envelope.EnvelopeHeader;
import dev.cloister.envelope.KmsKeyArn;
import dev.cloister.upload.AwsFailures;
import dev.cloister.upload.KeyId;
import java.util.Arrays;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DataKeySpec;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyResponse;

/**
 * A data key that KMS made for one package, and the header that will tell readers where to have it decrypted.
 *
 * @param key closed by whoever holds this
 */
record FreshDataKey(EnvelopeHeader header, DataKey key) implements AutoCloseable {
    /**
     * Asks KMS for a data key.
     *
     * @param keyId the third party's key
     */
    static FreshDataKey generate(KmsClient kms, KeyId keyId, EncryptionContext context) throws CommandException {
        GenerateDataKeyResponse response;
        try {
            response = kms.generateDataKey(request ->
                    request.keyId(keyId.value()).keySpec(DataKeySpec.AES_256).encryptionContext(context.entries()));
        } catch (SdkException e) {
            throw AwsFailures.ofKey(
                    e, keyId.value(), "generating a data key", "the key policy must allow kms:GenerateDataKey");
        }
        return of(response, context);
    }

    @Override
    public void close() {
        key.close();
    }

    private static FreshDataKey of(GenerateDataKeyResponse response, EncryptionContext context)
            throws CommandException {
        // The response's own array, so that wiping it leaves no other.
        byte[] secret = response.plaintext().asByteArrayUnsafe();
        try {
            EnvelopeHeader header = new EnvelopeHeader(
                    new KmsKeyArn(response.keyId()),
                    EncryptedDataKey.copyOf(response.ciphertextBlob().asByteArray()),
                    context);
            return new FreshDataKey(header, DataKey.copyOf(secret));
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitStatus.FAILED, "KMS gave an answer that makes no package: " + e.getMessage(), null, e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }
}
