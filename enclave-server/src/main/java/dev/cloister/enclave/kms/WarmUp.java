package dev.cloister.enclave.kms;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.nsm.Nsm;
import dev.cloister.attestation.nsm.NsmException;
import dev.cloister.attestation.recipient.RecipientException;
import dev.cloister.attestation.recipient.RecipientKey;
import dev.cloister.envelope.EncryptedDataKey;
import dev.cloister.protocol.run.Credentials;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.kms.KmsClient;

/**
 * Makes the first run as fast as the next: takes one request through the KMS client with nothing behind it, one document
 * from the security module, and opens what is no ciphertext. It holds no key and no real credentials, and nothing of it
 * leaves this enclave.
 */
public final class WarmUp implements SdkHttpClient {
    private static final String NOTHING = "{\"CiphertextForRecipient\":\"AA==\"}";

    private WarmUp() {}

    /** Loads and links what a data key needs; takes a second the first time. */
    public static void run(KmsClients clients, Nsm securityModule, RecipientKeys recipientKeys)
            throws KeyRefusedException, NsmException, SSLException, InterruptedException {
        WrappedKey key = new WrappedKey(
                Optional.empty(), "us-east-1", EncryptedDataKey.copyOf(new byte[1]), Map.of("warm", "up"));
        try (WarmUp transport = new WarmUp();
                KmsClient kms = clients.make(key.region(), transport);
                RecipientKey recipient = recipientKeys.take()) {
            Bytes document = securityModule.attest(recipient.publicKey(), null, null);
            byte[] wrapped = KmsDataKeys.decrypt(kms, key, new Credentials("none", "none", "none"), document);
            clients.sockets().rehearse();
            byte[] _ = recipient.unwrap(wrapped);
        } catch (RecipientException expected) {
            // One zero byte is no ciphertext.
        }
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() {
                byte[] body = NOTHING.getBytes(StandardCharsets.UTF_8);
                return HttpExecuteResponse.builder()
                        .response(SdkHttpResponse.builder()
                                .statusCode(200)
                                .putHeader("Content-Length", String.valueOf(body.length))
                                .build())
                        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(body)))
                        .build();
            }

            @Override
            public void abort() {}
        };
    }

    @Override
    public void close() {}
}
