package dev.cloister.encryptor;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.envelope.DataKey;
import dev.cloister.envelope.EncryptedDataKey;
import dev.cloister.envelope.EncryptionContext;
import dev.cloister.envelope.EnvelopeHeader;
import dev.cloister.envelope.KmsKeyArn;
import java.util.Arrays;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DataKeySpec;
import software.amazon.awssdk.services.kms.model.DisabledException;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyResponse;
import software.amazon.awssdk.services.kms.model.InvalidKeyUsageException;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.KmsInvalidStateException;
import software.amazon.awssdk.services.kms.model.NotFoundException;

/**
 * A data key that KMS made for one package, and the header that will tell readers where to have it decrypted.
 *
 * @param key closed by whoever holds this
 */
record FreshDataKey(EnvelopeHeader header, DataKey key) implements AutoCloseable {
    /**
     * Asks KMS for a data key.
     *
     * @param keyId key id, key ARN, alias name or alias ARN
     */
    static FreshDataKey generate(KmsClient kms, String keyId, EncryptionContext context) throws CommandException {
        GenerateDataKeyResponse response;
        try {
            response = kms.generateDataKey(
                    request -> request.keyId(keyId).keySpec(DataKeySpec.AES_256).encryptionContext(context.entries()));
        } catch (NotFoundException e) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    "key " + keyId + " was not found",
                    "check its id or alias, and the region: AWS_REGION, or give the key's ARN",
                    e);
        } catch (DisabledException | KmsInvalidStateException | InvalidKeyUsageException e) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    "key " + keyId + " cannot be used (" + AwsFailures.code(e) + ")",
                    "it must be an enabled symmetric encryption key",
                    e);
        } catch (SdkException e) {
            throw describe(e, keyId);
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

    private static CommandException describe(SdkException failure, String keyId) {
        if (failure instanceof KmsException answered
                && AwsFailures.code(answered).equals("AccessDeniedException")) {
            return new CommandException(
                    ExitStatus.KEY_ACCESS_DENIED,
                    "access to key " + keyId + " was denied",
                    "the key policy must allow kms:GenerateDataKey; 'aws sts get-caller-identity' shows who you are",
                    failure);
        }
        return AwsFailures.describe(failure, "KMS", "generating a data key under " + keyId);
    }
}
