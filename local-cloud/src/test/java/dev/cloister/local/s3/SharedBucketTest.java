package dev.cloister.local.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.local.Clients;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.account.Account;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** A bucket of the host's that the third party may put into under conditions, and what else both of them try. */
class SharedBucketTest {
    private static final String BUCKET = "digits-filesharing-acme";
    private static final byte[] CONTENT = "a package".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private static Path state;

    private static LocalCloud cloud;
    private static S3Client host;
    private static S3Client thirdParty;
    private static KmsClient hostKms;
    private static String key;
    private static String otherKey;

    @BeforeAll
    static void start() throws Exception {
        LocalCloudOptions both = new LocalCloudOptions(
                List.of(Account.host(), Account.thirdParty()),
                List.of("us-east-1", "eu-west-1"),
                0,
                0,
                Duration.ofHours(12));
        cloud = LocalCloud.start(state, both);
        host = Clients.s3(cloud, Account.host());
        thirdParty = Clients.s3(cloud, Account.thirdParty());
        hostKms = Clients.kms(cloud, Account.host());
        String keyPolicy = """
                {"Version": "2012-10-17", "Statement": [
                 {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*",
                  "Resource": "*"},
                 {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
                  "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "*",
                  "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"},
                                "StringLike": {"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::%s/acme/*"}}}]}
                """.formatted(BUCKET);
        key = hostKms.createKey(request -> request.policy(keyPolicy))
                .keyMetadata()
                .arn();
        otherKey = hostKms.createKey(request -> request.policy(keyPolicy.replace("acme/*", "other/*")))
                .keyMetadata()
                .arn();
        host.createBucket(request -> request.bucket(BUCKET));
        host.putBucketPolicy(request -> request.bucket(BUCKET).policy("""
                {"Version": "2012-10-17", "Statement": [
                 {"Sid": "EnableThirdPartyAccess", "Effect": "Allow",
                  "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
                  "Action": ["s3:PutObject", "s3:AbortMultipartUpload"], "Resource": "arn:aws:s3:::%1$s/acme/*"},
                 {"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "s3:PutObject",
                  "Resource": "arn:aws:s3:::%1$s/*",
                  "Condition": {"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}},
                 {"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "s3:PutObject",
                  "Resource": "arn:aws:s3:::%1$s/*",
                  "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "%2$s"}}},
                 {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                  "Resource": ["arn:aws:s3:::%1$s", "arn:aws:s3:::%1$s/*"],
                  "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}
                """.formatted(BUCKET, key)));
    }

    @AfterAll
    static void stop() throws Exception {
        host.close();
        thirdParty.close();
        hostKms.close();
        cloud.close();
    }

    @Test
    void uploadAsTheBucketWantsIt_isReadByItsOwnerAlone() {
        put(thirdParty, "acme/application.cloister", request -> {});

        assertThat(host.getObjectAsBytes(request -> request.bucket(BUCKET).key("acme/application.cloister"))
                        .asByteArray())
                .isEqualTo(CONTENT);
        HeadObjectResponse head =
                host.headObject(request -> request.bucket(BUCKET).key("acme/application.cloister"));
        assertThat(head.serverSideEncryption()).isEqualTo(ServerSideEncryption.AWS_KMS);
        assertThat(head.ssekmsKeyId()).isEqualTo(key);
        assertThat(head.metadata()).isEmpty();
        denied(
                () -> thirdParty.getObjectAsBytes(
                        request -> request.bucket(BUCKET).key("acme/application.cloister")),
                "s3:GetObject");
        denied(() -> thirdParty.listObjectsV2(request -> request.bucket(BUCKET)), "s3:ListBucket");
        denied(
                () -> thirdParty.deleteObject(request -> request.bucket(BUCKET).key("acme/application.cloister")),
                "s3:DeleteObject");
    }

    @Test
    void uploadInAnyOtherWay_isRefused() {
        denied(() -> put(thirdParty, "acme/a", request -> request.acl((ObjectCannedACL) null)), "explicit deny");
        denied(() -> put(thirdParty, "acme/a", request -> request.ssekmsKeyId(otherKey)), "explicit deny");
        denied(
                () -> put(
                        thirdParty,
                        "acme/a",
                        request -> request.serverSideEncryption(ServerSideEncryption.AES256)
                                .ssekmsKeyId(null)),
                "explicit deny");
        denied(() -> put(thirdParty, "another/a", request -> {}), "no resource-based policy");
        denied(
                () -> put(thirdParty, "acme/a", request -> request.expectedBucketOwner("444455556666")),
                "Access Denied");
        assertThat(host.listObjectsV2(request -> request.bucket(BUCKET).prefix("another/"))
                        .contents())
                .isEmpty();
    }

    @Test
    void keyPolicy_countsLikeTheBucketPolicy() {
        denied(() -> put(host, "acme/a", request -> request.ssekmsKeyId(foreignKey())), "kms:GenerateDataKey");
        hostKms.disableKey(request -> request.keyId(otherKey));
        assertThatThrownBy(() -> put(host, "acme/b", request -> request.ssekmsKeyId(otherKey)))
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("KMS.DisabledException"));
        hostKms.enableKey(request -> request.keyId(otherKey));
    }

    @Test
    void objectUnderAKeyThatIsDisabled_cannotBeRead() {
        String own = hostKms.createKey(request -> {}).keyMetadata().arn();
        put(host, "own/a", request -> request.ssekmsKeyId(own));
        hostKms.disableKey(request -> request.keyId(own));

        assertThatThrownBy(() ->
                        host.getObjectAsBytes(request -> request.bucket(BUCKET).key("own/a")))
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("KMS.DisabledException"));
    }

    @Test
    void uploadInParts_isJudgedByWhatItBeganWith() {
        denied(
                () -> thirdParty.createMultipartUpload(
                        request -> request.bucket(BUCKET).key("acme/large")),
                "explicit deny");
        String id = thirdParty
                .createMultipartUpload(request -> request.bucket(BUCKET)
                        .key("acme/large")
                        .acl(ObjectCannedACL.BUCKET_OWNER_FULL_CONTROL)
                        .serverSideEncryption(ServerSideEncryption.AWS_KMS)
                        .ssekmsKeyId(key))
                .uploadId();
        String etag = thirdParty
                .uploadPart(
                        request -> request.bucket(BUCKET)
                                .key("acme/large")
                                .uploadId(id)
                                .partNumber(1),
                        RequestBody.fromBytes(CONTENT))
                .eTag();
        thirdParty.completeMultipartUpload(request -> request.bucket(BUCKET)
                .key("acme/large")
                .uploadId(id)
                .multipartUpload(parts -> parts.parts(
                        CompletedPart.builder().partNumber(1).eTag(etag).build())));

        assertThat(host.headObject(request -> request.bucket(BUCKET).key("acme/large"))
                        .ssekmsKeyId())
                .isEqualTo(key);
        assertThatThrownBy(() -> thirdParty.abortMultipartUpload(
                        request -> request.bucket(BUCKET).key("acme/large").uploadId(id)))
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("NoSuchUpload"));
    }

    @Test
    void accessList_isNotSupported() {
        assertThatThrownBy(() -> put(host, "own/b", request -> request.acl(ObjectCannedACL.PUBLIC_READ)))
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("AccessControlListNotSupported"));
    }

    @Test
    void plainHttp_isRefusedWhereTheBucketWantsTls() throws Exception {
        try (S3Client plain = Clients.s3(
                cloud,
                Clients.credentials(cloud, Account.host()),
                cloud.endpoints().s3Plain(),
                "us-east-1")) {
            denied(() -> put(plain, "own/c", request -> {}), "explicit deny");
            plain.createBucket(request -> request.bucket("without-a-policy"));
            plain.putObject(request -> request.bucket("without-a-policy").key("a"), RequestBody.fromBytes(CONTENT));
            assertThat(plain.getObjectAsBytes(request ->
                                    request.bucket("without-a-policy").key("a"))
                            .asByteArray())
                    .isEqualTo(CONTENT);
        }
    }

    @Test
    void bucketInAnotherRegion_isRedirectedTo() throws Exception {
        try (S3Client elsewhere = Clients.s3(
                cloud,
                Clients.credentials(cloud, Account.host()),
                cloud.endpoints().s3(),
                "eu-west-1")) {
            assertThatThrownBy(() -> put(elsewhere, "own/d", request -> {}))
                    .isInstanceOfSatisfying(S3Exception.class, e -> {
                        assertThat(e.statusCode()).isEqualTo(301);
                        assertThat(e.awsErrorDetails().errorCode()).isEqualTo("PermanentRedirect");
                        assertThat(e.awsErrorDetails().sdkHttpResponse().firstMatchingHeader("x-amz-bucket-region"))
                                .contains("us-east-1");
                    });
            assertThat(host.headBucket(request -> request.bucket(BUCKET)).bucketRegion())
                    .isEqualTo("us-east-1");
            elsewhere.createBucket(request -> request.bucket("in-ireland"));
            assertThat(elsewhere
                            .getBucketLocation(request -> request.bucket("in-ireland"))
                            .locationConstraintAsString())
                    .isEqualTo("eu-west-1");
        }
    }

    @Test
    void bucketOfAnother_cannotBeTakenOrChanged() {
        assertThatThrownBy(() -> thirdParty.createBucket(request -> request.bucket(BUCKET)))
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("BucketAlreadyExists"));
        denied(() -> thirdParty.getBucketPolicy(request -> request.bucket(BUCKET)), "s3:GetBucketPolicy");
        denied(() -> thirdParty.deleteBucketPolicy(request -> request.bucket(BUCKET)), "s3:DeleteBucketPolicy");
        denied(() -> thirdParty.deleteBucket(request -> request.bucket(BUCKET)), "s3:DeleteBucket");
        assertThat(thirdParty.listBuckets().buckets()).isEmpty();
    }

    @Test
    void copyAndBatchDelete_needLeaveForEachObject() {
        put(host, "own/e", request -> {});
        host.copyObject(request -> request.sourceBucket(BUCKET)
                .sourceKey("own/e")
                .destinationBucket(BUCKET)
                .destinationKey("own/f"));
        HeadObjectResponse copy =
                host.headObject(request -> request.bucket(BUCKET).key("own/f"));
        assertThat(copy.serverSideEncryption()).isEqualTo(ServerSideEncryption.AES256);
        denied(
                () -> thirdParty.copyObject(request -> request.sourceBucket(BUCKET)
                        .sourceKey("own/e")
                        .destinationBucket(BUCKET)
                        .destinationKey("acme/e")
                        .acl(ObjectCannedACL.BUCKET_OWNER_FULL_CONTROL)
                        .serverSideEncryption(ServerSideEncryption.AWS_KMS)
                        .ssekmsKeyId(key)),
                "s3:GetObject");
        assertThat(thirdParty
                        .deleteObjects(request -> request.bucket(BUCKET)
                                .delete(delete -> delete.objects(
                                        ObjectIdentifier.builder().key("own/f").build())))
                        .errors())
                .singleElement()
                .satisfies(error -> assertThat(error.code()).isEqualTo("AccessDenied"));
        assertThat(host.deleteObjects(request -> request.bucket(BUCKET)
                                .delete(delete -> delete.objects(
                                        ObjectIdentifier.builder().key("own/f").build())))
                        .deleted())
                .singleElement()
                .satisfies(deleted -> assertThat(deleted.key()).isEqualTo("own/f"));
    }

    @Test
    void bucketThatHoldsSomething_isNotDeleted() {
        host.createBucket(request -> request.bucket("short-lived"));
        host.putObject(request -> request.bucket("short-lived").key("a"), RequestBody.fromBytes(CONTENT));
        assertThatThrownBy(() -> host.deleteBucket(request -> request.bucket("short-lived")))
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("BucketNotEmpty"));
        host.deleteObject(request -> request.bucket("short-lived").key("a"));
        host.deleteBucket(request -> request.bucket("short-lived"));
    }

    private static String foreignKey() {
        try (KmsClient owner = Clients.kms(cloud, Account.thirdParty())) {
            return owner.createKey(request -> {}).keyMetadata().arn();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void put(S3Client client, String name, Consumer<PutObjectRequest.Builder> change) {
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .bucket(BUCKET)
                .key(name)
                .acl(ObjectCannedACL.BUCKET_OWNER_FULL_CONTROL)
                .serverSideEncryption(ServerSideEncryption.AWS_KMS)
                .ssekmsKeyId(key)
                .expectedBucketOwner("111122223333");
        change.accept(request);
        client.putObject(request.build(), RequestBody.fromBytes(CONTENT));
    }

    private static void denied(ThrowingCallable call, String why) {
        assertThatThrownBy(call).isInstanceOfSatisfying(S3Exception.class, e -> {
            assertThat(e.statusCode()).isEqualTo(403);
            assertThat(e.awsErrorDetails().errorMessage()).contains(why);
        });
    }
}
