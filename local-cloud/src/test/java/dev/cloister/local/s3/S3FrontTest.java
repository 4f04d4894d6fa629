package dev.cloister.local.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.local.AdjustableClock;
import dev.cloister.local.Clients;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.account.Account;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The object store as a client of the AWS SDK sees it, over TLS. */
class S3FrontTest {
    private static final String BUCKET = "cloister-digits-shared";

    @TempDir
    private static Path state;

    private static final AdjustableClock CLOCK = new AdjustableClock();
    private static LocalCloud cloud;
    private static S3Client host;
    private static S3Client thirdParty;

    @BeforeAll
    static void start() throws Exception {
        cloud = LocalCloud.start(state, LocalCloudOptions.inRegion("us-east-1"), CLOCK);
        host = Clients.s3(cloud, Account.host());
        thirdParty = Clients.s3(cloud, Account.thirdParty());
        host.createBucket(request -> request.bucket(BUCKET));
        host.putBucketPolicy(request -> request.bucket(BUCKET).policy("""
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                 "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "s3:PutObject",
                 "Resource": "arn:aws:s3:::cloister-digits-shared/*"}]}
                """));
    }

    @AfterAll
    static void stop() throws Exception {
        host.close();
        thirdParty.close();
        cloud.close();
    }

    @Test
    void object_putByOneAccountIsReadByTheOther() {
        byte[] content = random(300_000);
        thirdParty.putObject(
                request -> request.bucket(BUCKET).key("packages/application.cloister"), RequestBody.fromBytes(content));

        ResponseBytes<GetObjectResponse> read =
                host.getObjectAsBytes(request -> request.bucket(BUCKET).key("packages/application.cloister"));
        assertThat(read.asByteArray()).isEqualTo(content);
        assertThat(host.listObjectsV2(request -> request.bucket(BUCKET).prefix("packages/"))
                        .contents())
                .singleElement()
                .satisfies(entry -> assertThat(entry.size()).isEqualTo(content.length));
    }

    @Test
    void multipartUpload_isPutTogether() {
        byte[] first = random(5 << 20);
        byte[] second = random(1000);
        CreateMultipartUploadResponse upload = thirdParty.createMultipartUpload(
                request -> request.bucket(BUCKET).key("large"));
        CompletedPart one = part(upload, 1, first);
        CompletedPart two = part(upload, 2, second);
        thirdParty.completeMultipartUpload(request -> request.bucket(BUCKET)
                .key("large")
                .uploadId(upload.uploadId())
                .multipartUpload(parts -> parts.parts(one, two)));

        byte[] read = host.getObjectAsBytes(request -> request.bucket(BUCKET).key("large"))
                .asByteArray();
        assertThat(read).hasSize(first.length + second.length).startsWith(first).endsWith(second);
    }

    @Test
    void missingObject_isNoSuchKey() {
        assertThatThrownBy(() ->
                        host.getObjectAsBytes(request -> request.bucket(BUCKET).key("none")))
                .isInstanceOf(NoSuchKeyException.class);
    }

    @Test
    void expiredCredentials_areRefused() {
        CLOCK.advance(Duration.ofHours(13));
        try {
            assertThatThrownBy(host::listBuckets)
                    .isInstanceOfSatisfying(
                            S3Exception.class,
                            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ExpiredToken"));
        } finally {
            CLOCK.advance(Duration.ofHours(-13));
        }
    }

    private static CompletedPart part(CreateMultipartUploadResponse upload, int number, byte[] content) {
        String etag = thirdParty
                .uploadPart(
                        request -> request.bucket(BUCKET)
                                .key("large")
                                .uploadId(upload.uploadId())
                                .partNumber(number),
                        RequestBody.fromBytes(content))
                .eTag();
        return CompletedPart.builder().partNumber(number).eTag(etag).build();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
