package dev.cloister.local.codebuild;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import tools.jackson.databind.node.ObjectNode;

/** Calls of CodeBuild's API, signed as any client signs them. */
public final class CodeBuildClient {
    private static final int MAX_ANSWER_BYTES = 1 << 22;

    private final SdkHttpClient http;
    private final URI endpoint;
    private final String region;
    private final AwsCredentials credentials;

    /**
     * A client.
     *
     * @param http stays the caller's to close
     */
    public CodeBuildClient(SdkHttpClient http, URI endpoint, String region, AwsCredentials credentials) {
        this.http = http;
        this.endpoint = endpoint;
        this.region = region;
        this.credentials = credentials;
    }

    /** A call that the service refused: the error's name and its text. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }

    /** Calls an operation with the members of its request. */
    public ObjectNode call(String operation, ObjectNode members) throws IOException, RefusedException {
        byte[] body = JsonText.write(members).getBytes(StandardCharsets.UTF_8);
        SdkHttpRequest request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(endpoint)
                .encodedPath("/")
                .putHeader("Content-Type", "application/x-amz-json-1.1")
                .putHeader("Content-Length", Integer.toString(body.length))
                .putHeader("X-Amz-Target", CodeBuildService.TARGET_PREFIX + operation)
                .build();
        SignedRequest signed = AwsV4HttpSigner.create()
                .sign(sign -> sign.identity(credentials)
                        .request(request)
                        .payload(() -> new ByteArrayInputStream(body))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "codebuild")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region));
        HttpExecuteResponse response = http.prepareRequest(HttpExecuteRequest.builder()
                        .request(signed.request())
                        .contentStreamProvider(signed.payload().orElseThrow())
                        .build())
                .call();
        try (InputStream in =
                response.responseBody().<InputStream>map(stream -> stream).orElseGet(InputStream::nullInputStream)) {
            ObjectNode answer = JsonText.parseObject(in.readNBytes(MAX_ANSWER_BYTES));
            if (response.httpResponse().statusCode() != 200) {
                throw new RefusedException(answer.path("__type").asString("error") + ": "
                        + answer.path("message").asString(""));
            }
            return answer;
        } catch (MalformedJsonException e) {
            throw new IOException("the local cloud gave no JSON", e);
        }
    }
}
