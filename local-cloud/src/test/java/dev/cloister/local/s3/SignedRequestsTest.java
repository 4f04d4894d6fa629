package dev.cloister.local.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.local.AdjustableClock;
import dev.cloister.local.Clients;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.account.Account;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** The forms in which requests to S3 are signed, made by the SDK and then broken. */
class SignedRequestsTest {
    private static final String BUCKET = "signed-requests";
    private static final byte[] CONTENT = "x".repeat(200_000).getBytes(StandardCharsets.UTF_8);

    @TempDir
    private static Path state;

    private static final AdjustableClock CLOCK = new AdjustableClock();
    private static LocalCloud cloud;
    private static S3Client host;

    @BeforeAll
    static void start() throws Exception {
        cloud = LocalCloud.start(state, LocalCloudOptions.inRegion("us-east-1"), CLOCK);
        host = Clients.s3(cloud, Account.host());
        host.createBucket(request -> request.bucket(BUCKET));
    }

    @AfterAll
    static void stop() throws Exception {
        host.close();
        cloud.close();
    }

    @Test
    void signedChunks_areTakenAndAChangedOneIsNot() throws Exception {
        assertThat(sendChunks("chunked", false)).startsWith("HTTP/1.1 200");
        assertThat(host.getObjectAsBytes(request -> request.bucket(BUCKET).key("chunked"))
                        .asByteArray())
                .isEqualTo(CONTENT);
        assertThat(sendChunks("changed", true)).startsWith("HTTP/1.1 403").contains("SignatureDoesNotMatch");
        assertThat(host.listObjectsV2(request -> request.bucket(BUCKET).prefix("changed"))
                        .contents())
                .isEmpty();
    }

    @Test
    void checksumOfOtherContent_isABadDigestAndLeavesNothing() {
        assertThatThrownBy(() -> host.putObject(
                        request -> request.bucket(BUCKET).key("bad").checksumCRC32("AAAAAA=="),
                        RequestBody.fromBytes(CONTENT)))
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("BadDigest"));
        assertThat(host.listObjectsV2(request -> request.bucket(BUCKET).prefix("bad"))
                        .contents())
                .isEmpty();
    }

    @Test
    void requestSignedInAdvance_isGoodForItsTimeAndItsObject() throws Exception {
        host.putObject(request -> request.bucket(BUCKET).key("a b/ä+c"), RequestBody.fromBytes(CONTENT));
        URI link;
        try (S3Presigner presigner = S3Presigner.builder()
                .endpointOverride(cloud.endpoints().s3Plain())
                .region(Region.US_EAST_1)
                .credentialsProvider(Clients.credentials(cloud, Account.host()))
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .build()) {
            link = presigner
                    .presignGetObject(request -> request.signatureDuration(Duration.ofMinutes(5))
                            .getObjectRequest(get -> get.bucket(BUCKET).key("a b/ä+c")))
                    .url()
                    .toURI();
        }
        assertThat(get(link).statusCode()).isEqualTo(200);
        assertThat(get(link).body()).isEqualTo(CONTENT);
        assertThat(get(URI.create(link.toString().replace("a%20b", "a%20c"))).statusCode())
                .isEqualTo(403);
        assertThat(get(URI.create(link.toString().replace("X-Amz-Expires=300", "X-Amz-Expires=3000")))
                        .statusCode())
                .isEqualTo(403);
        CLOCK.advance(Duration.ofMinutes(6));
        try {
            assertThat(get(link).statusCode()).isEqualTo(403);
        } finally {
            CLOCK.advance(Duration.ofMinutes(-6));
        }
    }

    @Test
    void requestWithoutSignature_isDenied() throws Exception {
        HttpResponse<byte[]> answer = get(cloud.endpoints().s3Plain().resolve("/" + BUCKET));

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("<Code>AccessDenied</Code>");
    }

    private static HttpResponse<byte[]> get(URI uri) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    /** A body in signed chunks as the SDK makes it, sent by hand. */
    private static String sendChunks(String key, boolean isChanged) throws Exception {
        URI target = cloud.endpoints().s3Plain().resolve("/" + BUCKET + "/" + key);
        AwsCredentialsIdentity identity =
                Clients.credentials(cloud, Account.host()).resolveCredentials();
        SignedRequest signed = AwsV4HttpSigner.create()
                .sign(request -> request.identity(identity)
                        .request(SdkHttpRequest.builder()
                                .uri(target)
                                .method(SdkHttpMethod.PUT)
                                .putHeader("Content-Length", Integer.toString(CONTENT.length))
                                .build())
                        .payload(ContentStreamProvider.fromByteArray(CONTENT))
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1")
                        .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, false)
                        .putProperty(AwsV4FamilyHttpSigner.CHUNK_ENCODING_ENABLED, true)
                        .putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, true));
        byte[] body;
        try (InputStream in = signed.payload().orElseThrow().newStream()) {
            body = in.readAllBytes();
        }
        if (isChanged) {
            body[body.length / 2] ^= 1;
        }
        StringBuilder head = new StringBuilder("PUT " + target.getPath() + " HTTP/1.1\r\nConnection: close\r\n");
        signed.request()
                .headers()
                .forEach((name, values) ->
                        head.append(name).append(": ").append(values.getFirst()).append("\r\n"));
        assertThat(head.toString()).contains("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
        try (Socket socket = new Socket(target.getHost(), target.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
            out.write(body);
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
