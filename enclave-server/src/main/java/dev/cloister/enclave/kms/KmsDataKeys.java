package dev.cloister.enclave.kms;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.nsm.Nsm;
import dev.cloister.attestation.nsm.NsmException;
import dev.cloister.attestation.recipient.RecipientException;
import dev.cloister.attestation.recipient.RecipientKey;
import dev.cloister.enclave.timing.Phases;
import dev.cloister.envelope.DataKey;
import dev.cloister.protocol.run.Credentials;
import dev.cloister.protocol.run.Refusal;
import java.util.Arrays;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DecryptRequest;
import software.amazon.awssdk.services.kms.model.DecryptResponse;
import software.amazon.awssdk.services.kms.model.RecipientInfo;

/**
 * Data keys by KMS {@code Decrypt} with {@code Recipient}: KMS checks an attestation document of this enclave against
 * the key's policy and answers with the data key encrypted for a key pair that was made for this one call and whose
 * private half never leaves this process.
 */
public final class KmsDataKeys implements DataKeys {
    private final KmsClients clients;
    private final Nsm securityModule;
    private final RecipientKeys recipientKeys;

    public KmsDataKeys(KmsClients clients, Nsm securityModule, RecipientKeys recipientKeys) {
        this.clients = clients;
        this.securityModule = securityModule;
        this.recipientKeys = recipientKeys;
    }

    @Override
    public DataKey unwrap(WrappedKey key, Credentials credentials, Phases phases) throws KeyRefusedException {
        try (RecipientKey recipient = recipientKeys.take()) {
            phases.lap("key pair");
            Bytes document = securityModule.attest(recipient.publicKey(), null, null);
            phases.lap("attestation");
            byte[] wrapped = decrypt(clients.in(key.region()), key, credentials, document);
            phases.lap("kms");
            return open(recipient, wrapped);
        } catch (NsmException e) {
            throw new KeyRefusedException(
                    Refusal.ATTESTATION_REJECTED, "no attestation document is to be had: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeyRefusedException(Refusal.INTERNAL, "the enclave is stopping");
        }
    }

    private static DataKey open(RecipientKey recipient, byte[] wrapped) throws KeyRefusedException {
        byte[] secret = new byte[0];
        try {
            secret = recipient.unwrap(wrapped);
            return DataKey.copyOf(secret);
        } catch (RecipientException | IllegalArgumentException e) {
            throw new KeyRefusedException(Refusal.KMS_FAILED, "kms gave no data key that this enclave can open");
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** Asks KMS; returns its CiphertextForRecipient. */
    static byte[] decrypt(KmsClient kms, WrappedKey key, Credentials credentials, Bytes document)
            throws KeyRefusedException {
        DecryptResponse response;
        try {
            response = kms.decrypt(request(key, credentials, document));
        } catch (SdkException e) {
            throw KmsErrors.meaningOf(e);
        } catch (RuntimeException e) {
            // The SDK throws these for credentials or endpoints it cannot make a request of.
            throw new KeyRefusedException(Refusal.KMS_FAILED, "no request to kms can be made of this");
        }
        if (response.plaintext() != null) {
            throw new KeyRefusedException(
                    Refusal.KMS_FAILED, "kms answered with a plaintext key: it does not honour the attestation");
        }
        SdkBytes wrapped = response.ciphertextForRecipient();
        if (wrapped == null) {
            throw new KeyRefusedException(Refusal.KMS_FAILED, "kms gave an answer without a key");
        }
        return wrapped.asByteArray();
    }

    private static DecryptRequest request(WrappedKey key, Credentials credentials, Bytes document) {
        DecryptRequest.Builder request = DecryptRequest.builder()
                .ciphertextBlob(SdkBytes.fromByteArray(key.encryptedDataKey().toBytes()))
                .recipient(RecipientInfo.builder()
                        .keyEncryptionAlgorithm(RecipientKey.KEY_ENCRYPTION_ALGORITHM)
                        .attestationDocument(SdkBytes.fromByteArray(document.toArray()))
                        .build())
                .overrideConfiguration(override ->
                        override.credentialsProvider(StaticCredentialsProvider.create(sdkCredentials(credentials))));
        key.keyArn().ifPresent(request::keyId);
        Map<String, String> context = key.encryptionContext();
        return (context.isEmpty() ? request : request.encryptionContext(context)).build();
    }

    private static AwsCredentials sdkCredentials(Credentials credentials) {
        return credentials.sessionToken().isEmpty()
                ? AwsBasicCredentials.create(credentials.accessKeyId(), credentials.secretAccessKey())
                : AwsSessionCredentials.create(
                        credentials.accessKeyId(), credentials.secretAccessKey(), credentials.sessionToken());
    }
}
