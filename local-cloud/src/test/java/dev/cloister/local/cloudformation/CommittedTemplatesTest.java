package dev.cloister.local.cloudformation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.cli.CaBundle;
import dev.cloister.local.Clients;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.account.Account;
import dev.cloister.local.deploy.DeployException;
import dev.cloister.local.deploy.StackDeployer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;
import tools.jackson.databind.node.ObjectNode;

/** The templates that people upload in the console, deployed here. */
class CommittedTemplatesTest {
    private static final Path TEMPLATES = Path.of("..", "cdk", "templates");
    private static final String SHA = "0123456789abcdef".repeat(4);

    @TempDir
    private Path directory;

    private LocalCloud cloud;
    private StackDeployer host;
    private StackDeployer thirdParty;

    @BeforeEach
    void start() throws Exception {
        cloud = LocalCloud.start(directory.resolve("state"), LocalCloudOptions.inRegion("eu-west-1"));
        host = deployer(Account.host());
        thirdParty = deployer(Account.thirdParty());
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
        thirdParty.close();
        cloud.close();
    }

    @Test
    void allThree_areDeployedAndOutliveARestart() throws Exception {
        Map<String, String> shared = sharedBucket("Digits-FileSharing-Acme");
        Map<String, String> encryptor = encryptor(shared);
        StackDeployer.Result builder = thirdParty.deploy(
                "NitroImageBuilder",
                template("nitro-image-builder"),
                Map.of(
                        "CodeCommitRepositoryName", "application",
                        "CloisterSha256", SHA,
                        "NitroImageS3Path", shared.getOrDefault("UploadPath", ""),
                        "HostAWSAccountNumber", Account.host().id(),
                        "HostEncryptionKeyArn", shared.getOrDefault("KmsKeyArn", ""),
                        "EncryptionKeyArn", encryptor.getOrDefault("EncryptionKeyArn", "")));

        assertThat(builder.status()).isEqualTo("CREATE_COMPLETE");
        assertThat(cloud.stacks().projects(Account.thirdParty().id(), "eu-west-1"))
                .containsExactly("application-encryptor", "nitro-image-builder");
        stop();
        start();
        ObjectNode project = cloud.stacks()
                .project(Account.thirdParty().id(), "eu-west-1", "application-encryptor")
                .orElseThrow();
        assertThat(project.path("ServiceRole").asString()).isEqualTo(encryptor.get("RoleArn"));
        assertThat(project.path("Environment").path("EnvironmentVariables").toString())
                .contains(shared.getOrDefault("UploadPath", "none"), SHA);
        try (KmsClient kms = Clients.kms(cloud, Account.thirdParty())) {
            assertThat(kms.describeKey(request -> request.keyId("alias/enclavekey"))
                            .keyMetadata()
                            .arn())
                    .isEqualTo(encryptor.get("EncryptionKeyArn"));
            assertThat(kms.getKeyPolicy(request -> request.keyId("alias/enclavekey"))
                            .policy())
                    .contains("\"DenyDecryptWithoutPinnedImage\"", "arn:aws:iam::444455556666:root");
        }
    }

    @Test
    void sameTemplateAgain_changesNothing_andAnotherParameterChangesWhatItIsIn() throws Exception {
        Map<String, String> shared = sharedBucket("Digits-FileSharing-Acme");
        assertThat(host.deploy("Digits-FileSharing-Acme", template("shared-bucket"), Map.of())
                        .isChanged())
                .isFalse();

        StackDeployer.Result renamed =
                host.deploy("Digits-FileSharing-Acme", template("shared-bucket"), Map.of("ThirdPartyName", "globex"));
        assertThat(renamed.status()).isEqualTo("UPDATE_COMPLETE");
        assertThat(renamed.outputs().get("BucketName")).isEqualTo(shared.get("BucketName"));
        assertThat(renamed.outputs().get("UploadPath")).endsWith("/globex");
        try (S3Client s3 = Clients.s3(cloud, Account.host())) {
            assertThat(s3.getBucketPolicy(request -> request.bucket(shared.get("BucketName")))
                            .policy())
                    .contains("/globex/*")
                    .doesNotContain("/acme/*");
        }
    }

    @Test
    void deletedStack_leavesWhatItsTemplateRetains() throws Exception {
        Map<String, String> shared = sharedBucket("Digits-FileSharing-Acme");
        host.delete("Digits-FileSharing-Acme");

        try (S3Client s3 = Clients.s3(cloud, Account.host());
                KmsClient kms = Clients.kms(cloud, Account.host())) {
            assertThat(s3.headBucket(request -> request.bucket(shared.get("BucketName")))
                            .bucketRegion())
                    .isEqualTo("eu-west-1");
            assertThat(kms.describeKey(request -> request.keyId(shared.get("KmsKeyArn")))
                            .keyMetadata()
                            .keyStateAsString())
                    .isEqualTo("Enabled");
            assertThat(kms.listAliases(request -> {}).aliases()).isEmpty();
        }
    }

    @Test
    void bucketThatHoldsSomething_keepsItsStack() throws Exception {
        String bucket = """
                {"Resources": {
                  "Key": {"Type": "AWS::KMS::Key", "Properties": {"PendingWindowInDays": 7}},
                  "Bucket": {"Type": "AWS::S3::Bucket"}},
                 "Outputs": {"Key": {"Value": {"Ref": "Key"}}, "Bucket": {"Value": {"Ref": "Bucket"}}}}
                """;
        Map<String, String> outputs = host.deploy("plain", bucket, Map.of()).outputs();
        try (S3Client s3 = Clients.s3(cloud, Account.host());
                KmsClient kms = Clients.kms(cloud, Account.host())) {
            s3.putObject(request -> request.bucket(outputs.get("Bucket")).key("a"), RequestBody.fromString("b"));
            assertThatThrownBy(() -> host.delete("plain"))
                    .isInstanceOf(DeployException.class)
                    .hasMessageContaining("DELETE_FAILED")
                    .hasMessageContaining("[Bucket]");
            s3.deleteObject(request -> request.bucket(outputs.get("Bucket")).key("a"));
            host.delete("plain");
            assertThat(kms.describeKey(request -> request.keyId(outputs.get("Key")))
                            .keyMetadata()
                            .keyStateAsString())
                    .isEqualTo("PendingDeletion");
        }
    }

    @Test
    void resourceThatCannotBeMade_rollsTheOthersBack() throws Exception {
        String colliding = """
                {"Resources": {
                  "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "gone-again",
                     "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
                       {"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"},
                        "Action": "sts:AssumeRole"}]}}},
                  "Alias": {"Type": "AWS::KMS::Alias", "DependsOn": "Role",
                     "Properties": {"AliasName": "alias/a", "TargetKeyId": "11111111-1111-1111-1111-111111111111"}}}}
                """;
        assertThatThrownBy(() -> host.deploy("colliding", colliding, Map.of()))
                .isInstanceOf(DeployException.class)
                .hasMessageContaining("ROLLBACK_COMPLETE")
                .hasMessageContaining("does not exist");
        assertThat(cloud.roles().exists("arn:aws:iam::111122223333:role/gone-again"))
                .isFalse();
    }

    @Test
    void wrongParameters_areRefusedBeforeAnythingIsMade() throws Exception {
        Map<String, String> good = Map.of("ThirdPartyAWSAccountNumber", "444455556666", "ThirdPartyName", "acme");
        refused(
                "shared-bucket",
                good,
                "ThirdPartyAWSAccountNumber",
                "44445555666",
                "an AWS account number has 12 digits");
        refused(
                "shared-bucket",
                good,
                "ThirdPartyName",
                "-acme",
                "Parameter ThirdPartyName failed to satisfy constraint");
        refused(
                "shared-bucket",
                good,
                "ThirdPartyNam",
                "acme",
                "Parameters: [ThirdPartyNam] do not exist in the template");
        assertThatThrownBy(() -> host.deploy("s", template("shared-bucket"), Map.of("ThirdPartyName", "acme")))
                .hasMessageContaining("Parameters: [ThirdPartyAWSAccountNumber] must have values");
        Map<String, String> encryptor = new TreeMap<>(encryptorParameters("s3://bucket/acme", key("aws")));
        refused(
                "application-encryptor",
                encryptor,
                "EncryptionKeyAlias",
                "enclavekey",
                "a key alias begins with alias/");
        assertThatThrownBy(() -> thirdParty.deploy(
                        "s", template("application-encryptor"), encryptorParameters("s3://bucket/acme", "nonsense")))
                .hasMessageContaining("the ARN of a KMS key");
        try (S3Client s3 = Clients.s3(cloud, Account.host());
                KmsClient kms = Clients.kms(cloud, Account.host())) {
            assertThat(s3.listBuckets().buckets()).isEmpty();
            assertThat(kms.listKeys().keys()).isEmpty();
        }
    }

    @Test
    void otherTypes_areRefusedByName() {
        String instance = "{\"Resources\": {\"Key\": {\"Type\": \"AWS::KMS::Key\"}, "
                + "\"Template\": {\"Type\": \"AWS::EC2::LaunchTemplate\"}}}";

        assertThatThrownBy(() -> host.deploy("instance", instance, Map.of()))
                .hasMessageContaining("the local cloud has no resources of type AWS::EC2::LaunchTemplate");
    }

    private void refused(String template, Map<String, String> good, String name, String value, String why) {
        Map<String, String> parameters = new TreeMap<>(good);
        parameters.put(name, value);
        assertThatThrownBy(() -> host.deploy("s", template(template), parameters))
                .isInstanceOf(DeployException.class)
                .hasMessageContaining(why);
    }

    private Map<String, String> sharedBucket(String stack) throws Exception {
        return host.deploy(
                        stack,
                        template("shared-bucket"),
                        Map.of(
                                "ThirdPartyAWSAccountNumber",
                                Account.thirdParty().id(),
                                "ThirdPartyName",
                                "acme"))
                .outputs();
    }

    private Map<String, String> encryptor(Map<String, String> shared) throws Exception {
        return thirdParty
                .deploy(
                        "ApplicationEncryptor",
                        template("application-encryptor"),
                        encryptorParameters(
                                shared.getOrDefault("UploadPath", ""), shared.getOrDefault("KmsKeyArn", "")))
                .outputs();
    }

    private static Map<String, String> encryptorParameters(String path, String key) {
        return Map.of(
                "CodeCommitRepositoryName",
                "application",
                "CloisterSha256",
                SHA,
                "ApplicationCodeDirectoryName",
                "application",
                "ApplicationCodeS3Path",
                path,
                "HostAWSAccountNumber",
                Account.host().id(),
                "HostEncryptionKeyArn",
                key);
    }

    private static String key(String partition) {
        return "arn:" + partition + ":kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111";
    }

    private static String template(String name) throws Exception {
        return Files.readString(TEMPLATES.resolve(name + ".template.json"));
    }

    private StackDeployer deployer(Account account) throws Exception {
        return new StackDeployer(
                cloud.endpoints().kms(),
                cloud.endpoints().region(),
                cloud.credentials(account),
                CaBundle.read(cloud.endpoints().certificateAuthority()));
    }
}
