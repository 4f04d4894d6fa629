package dev.cloister.enclave.kms;

import dev.cloister.attestation.Bytes;
import dev.cloister.envelope.EncryptedDataKey;
import dev.cloister.protocol.run.Credentials;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.kms.KmsClient;

/**
 * Makes the first run as fast as the next by taking one request through the KMS client with nothing behind it. The
 * request holds no key and no real credentials, and leaves this process no more than its answer does.
 */
public final class WarmUp implements SdkHttpClient {
    private static final String NOTHING = "{\"CiphertextForRecipient\":\"AA==\"}";

    private WarmUp() {}

    /** Loads and links what a call needs; takes about half a second the first time. */
    public static void run(KmsClients clients) throws KeyRefusedException {
        WrappedKey key = new WrappedKey(
                Optional.empty(), "us-east-1", EncryptedDataKey.copyOf(new byte[1]), Map.of("warm", "up"));
        try (WarmUp transport = new WarmUp();
                KmsClient kms = clients.make(key.region(), transport)) {
            byte[] _ =
                    KmsDataKeys.decrypt(kms, key, new Credentials("none", "none", "none"), Bytes.copyOf(new byte[1]));
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
