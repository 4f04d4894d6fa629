package dev.cloister.local.cloudformation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.cli.CaBundle;
import dev.cloister.local.Clients;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.account.Account;
import dev.cloister.local.account.TemporaryCredentials;
import dev.cloister.local.deploy.StackDeployer;
import dev.cloister.local.iam.AssumeRefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** The role of the pipeline that encrypts, with no more than its stack gives it. */
class BuildRoleTest {
    private static final String REGION = "us-east-1";

    @TempDir
    private static Path state;

    private static LocalCloud cloud;
    private static final Map<String, String> OUTPUTS = new HashMap<>();

    @BeforeAll
    static void deploy() throws Exception {
        cloud = LocalCloud.start(state, LocalCloudOptions.inRegion(REGION));
        deploy(
                Account.host(),
                "shared-bucket",
                Map.of("ThirdPartyAWSAccountNumber", "444455556666", "ThirdPartyName", "acme"));
        deploy(
                Account.thirdParty(),
                "application-encryptor",
                Map.of(
                        "CodeCommitRepositoryName",
                        "application",
                        "CloisterSha256",
                        "0".repeat(64),
                        "ApplicationCodeDirectoryName",
                        "application",
                        "ApplicationCodeS3Path",
                        OUTPUTS.getOrDefault("UploadPath", ""),
                        "HostAWSAccountNumber",
                        "111122223333",
                        "HostEncryptionKeyArn",
                        OUTPUTS.getOrDefault("KmsKeyArn", "")));
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.close();
    }

    @Test
    void build_putsItsPackageAndMakesDataKeys() throws Exception {
        StaticCredentialsProvider build = session("application-encryptor");
        try (S3Client s3 = Clients.s3(cloud, build, cloud.endpoints().s3(), REGION);
                KmsClient kms = Clients.kms(cloud, build, cloud.endpoints().kms())) {
            put(s3, "acme/application.cloister");
            assertThat(kms.generateDataKey(request -> request.keyId(OUTPUTS.get("EncryptionKeyArn"))
                                    .keySpec("AES_256")
                                    .encryptionContext(Map.of("cloister:application", "digits")))
                            .plaintext())
                    .isNotNull();
        }
        try (S3Client host = Clients.s3(cloud, Account.host())) {
            assertThat(host.getObjectAsBytes(request ->
                                    request.bucket(OUTPUTS.get("BucketName")).key("acme/application.cloister"))
                            .asUtf8String())
                    .isEqualTo("content");
        }
    }

    @Test
    void build_mayDoNothingElse() throws Exception {
        StaticCredentialsProvider build = session("application-encryptor");
        String key = OUTPUTS.get("EncryptionKeyArn");
        try (S3Client s3 = Clients.s3(cloud, build, cloud.endpoints().s3(), REGION);
                KmsClient kms = Clients.kms(cloud, build, cloud.endpoints().kms())) {
            assertThatThrownBy(() -> put(s3, "globex/application.cloister")).isInstanceOf(S3Exception.class);
            assertThatThrownBy(() -> s3.createBucket(request -> request.bucket("of-a-build")))
                    .isInstanceOf(S3Exception.class);
            assertThatThrownBy(() -> kms.getKeyPolicy(request -> request.keyId(key)))
                    .isInstanceOf(KmsException.class);
            assertThatThrownBy(() ->
                            kms.generateDataKey(request -> request.keyId(key).keySpec("AES_256")))
                    .isInstanceOf(KmsException.class)
                    .hasMessageContaining("no identity-based policy allows the kms:GenerateDataKey action");
        }
    }

    @Test
    void roleIsForItsOwnProjectAlone() {
        assertThatThrownBy(() -> session("another-project")).isInstanceOf(AssumeRefusedException.class);
        assertThatThrownBy(() -> cloud.assumeForService(
                        "lambda.amazonaws.com", arn("application-encryptor"), role(), "build", Duration.ofHours(1)))
                .isInstanceOf(AssumeRefusedException.class);
    }

    private static void put(S3Client s3, String name) {
        s3.putObject(
                request -> request.bucket(OUTPUTS.get("BucketName"))
                        .key(name)
                        .acl(ObjectCannedACL.BUCKET_OWNER_FULL_CONTROL)
                        .serverSideEncryption(ServerSideEncryption.AWS_KMS)
                        .ssekmsKeyId(OUTPUTS.get("KmsKeyArn"))
                        .expectedBucketOwner("111122223333"),
                RequestBody.fromString("content"));
    }

    private static StaticCredentialsProvider session(String project) throws Exception {
        TemporaryCredentials issued =
                cloud.assumeForService("codebuild.amazonaws.com", arn(project), role(), "build", Duration.ofHours(1));
        return StaticCredentialsProvider.create(
                AwsSessionCredentials.create(issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken()));
    }

    private static String arn(String project) {
        return "arn:aws:codebuild:" + REGION + ":444455556666:project/" + project;
    }

    private static String role() {
        return OUTPUTS.getOrDefault("RoleArn", "");
    }

    private static void deploy(Account account, String template, Map<String, String> parameters) throws Exception {
        try (StackDeployer deployer = new StackDeployer(
                cloud.endpoints().kms(),
                REGION,
                cloud.credentials(account),
                CaBundle.read(cloud.endpoints().certificateAuthority()))) {
            String text = Files.readString(Path.of("..", "cdk", "templates", template + ".template.json"));
            OUTPUTS.putAll(deployer.deploy(template, text, parameters).outputs());
        }
    }
}
