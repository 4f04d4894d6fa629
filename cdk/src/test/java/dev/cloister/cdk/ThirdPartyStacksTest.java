package dev.cloister.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The third party's key and its two pipelines. */
class ThirdPartyStacksTest {
    private static SynthesizedStack encryptor;
    private static SynthesizedStack builder;

    @BeforeAll
    static void synthesize() {
        encryptor = SynthesizedStack.of(
                (app, props) -> new ApplicationEncryptorStack(app, "Encryptor", props, ThirdPartyOptions.USUAL));
        builder = SynthesizedStack.of(
                (app, props) -> new NitroImageBuilderStack(app, "Builder", props, ThirdPartyOptions.USUAL));
    }

    @Test
    void key_isClosedUntilAnImageIsPinned() {
        assertThat(encryptor.statement("AWS::KMS::Key", ApplicationKey.DENY_SID).toString())
                .isEqualTo(
                        "{\"Action\":[\"kms:Decrypt\",\"kms:ReEncryptFrom\"],\"Effect\":\"Deny\",\"Principal\":\"*\","
                                + "\"Resource\":\"*\",\"Sid\":\"DenyDecryptWithoutPinnedImage\"}");
        assertThat(encryptor.statements("AWS::KMS::Key"))
                .filteredOn(statement -> statement.path("Effect").asText().equals("Allow"))
                .singleElement()
                .satisfies(
                        allow -> assertThat(allow.path("Principal").toString()).contains("AWS::AccountId", ":root"));
    }

    @Test
    void key_rotatesAndOutlivesItsStack() {
        encryptor.has("AWS::KMS::Key", Map.of("EnableKeyRotation", true));
        encryptor.hasResource("AWS::KMS::Key", Map.of("DeletionPolicy", "Retain"));
    }

    @Test
    void encryptor_makesDataKeysForApplicationsAndDecryptsNothing() {
        assertThat(encryptor.statement("AWS::IAM::Role", "MakeDataKeys").toString())
                .contains("\"Action\":\"kms:GenerateDataKey\"")
                .contains("{\"Null\":{\"kms:EncryptionContext:cloister:application\":\"false\"}}");
        assertThat(actions(encryptor))
                .containsExactlyInAnyOrder(
                        "logs:CreateLogStream",
                        "logs:PutLogEvents",
                        "codecommit:GitPull",
                        "s3:PutObject",
                        "s3:PutObjectAcl",
                        "s3:AbortMultipartUpload",
                        "kms:GenerateDataKey",
                        "kms:Decrypt",
                        "kms:GenerateDataKey");
        assertThat(encryptor.statement("AWS::IAM::Role", "EncryptThroughS3").toString())
                .contains("\"Ref\":\"HostEncryptionKeyArn\"", "kms:ViaService");
    }

    @Test
    void builder_editsOnePolicyAndMakesNoDataKeyWithTheApplicationsKey() {
        assertThat(builder.statement("AWS::IAM::Role", "PinImages").toString())
                .contains("kms:GetKeyPolicy", "kms:PutKeyPolicy", "\"Resource\":{\"Ref\":\"EncryptionKeyArn\"}");
        assertThat(builder.statements("AWS::IAM::Role"))
                .filteredOn(statement -> statement.toString().contains("kms:GenerateDataKey"))
                .singleElement()
                .satisfies(
                        statement -> assertThat(statement.path("Sid").asText()).isEqualTo("EncryptThroughS3"));
    }

    @Test
    void uploads_goIntoTheHostsBucketAlone() {
        for (SynthesizedStack stack : List.of(encryptor, builder)) {
            assertThat(stack.statement("AWS::IAM::Role", "PutIntoSharedBucket")
                            .path("Condition")
                            .toString())
                    .isEqualTo("{\"StringEquals\":{\"aws:ResourceAccount\":{\"Ref\":\"HostAWSAccountNumber\"}}}");
        }
    }

    @Test
    void roles_areForCodeBuildOfThisAccountAndProjectAlone() {
        for (SynthesizedStack stack : List.of(encryptor, builder)) {
            assertThat(stack.only("AWS::IAM::Role")
                            .path("Properties")
                            .path("AssumeRolePolicyDocument")
                            .toString())
                    .contains("codebuild.amazonaws.com", "aws:SourceAccount", "aws:SourceArn");
        }
    }

    @Test
    void projects_runOnArmAndGetWhatTheirBuildDescriptionsRead() {
        encryptor.has("AWS::CodeBuild::Project", Map.of("Name", "application-encryptor"));
        assertThat(variables(encryptor))
                .containsExactly(
                        "APPLICATION_CODE_DIRECTORY",
                        "APPLICATION_CODE_S3_PATH",
                        "CLOISTER_SHA256",
                        "ENCRYPTION_KEY_ARN",
                        "HOST_AWS_ACCOUNT_NUMBER",
                        "HOST_ENCRYPTION_KEY_ARN");
        builder.has("AWS::CodeBuild::Project", Map.of("Name", "nitro-image-builder"));
        assertThat(variables(builder))
                .containsExactly(
                        "CLOISTER_SHA256",
                        "ENCRYPTION_KEY_ARN",
                        "HOST_AWS_ACCOUNT_NUMBER",
                        "HOST_ENCRYPTION_KEY_ARN",
                        "HOST_PRINCIPAL_ARN",
                        "NITRO_IMAGE_S3_PATH");
        for (SynthesizedStack stack : List.of(encryptor, builder)) {
            stack.has("AWS::CodeBuild::Project", Map.of("Environment", Map.of("Type", "ARM_CONTAINER")));
        }
    }

    @Test
    void sourceElsewhere_isOneProperty() {
        ThirdPartyOptions zip = new ThirdPartyOptions(new CodeSource.S3Zip("sources", "repository.zip"), "", null);
        SynthesizedStack fromZip =
                SynthesizedStack.of((app, props) -> new ApplicationEncryptorStack(app, "Encryptor", props, zip));
        fromZip.has(
                "AWS::CodeBuild::Project",
                Map.of("Source", Map.of("Type", "S3", "Location", "sources/repository.zip")));
        assertThat(fromZip.statement("AWS::IAM::Role", "ReadSource").toString())
                .contains("s3:GetObject", "sources/repository.zip");
        assertThat(fromZip.parameters().has("CodeCommitRepositoryName")).isFalse();

        CodeSource hub = new CodeSource.CodeConnections(
                "GITHUB", "https://example.com/owner/name.git", "arn:aws:codeconnections:eu-central-1:1:connection/c");
        SynthesizedStack fromHub = SynthesizedStack.of(
                (app, props) -> new NitroImageBuilderStack(app, "B", props, new ThirdPartyOptions(hub, "-b", null)));
        fromHub.has(
                "AWS::CodeBuild::Project",
                Map.of(
                        "Name",
                        "nitro-image-builder-b",
                        "Source",
                        Map.of("Type", "GITHUB", "Auth", Map.of("Type", "CODECONNECTIONS"))));
        assertThat(fromHub.statement("AWS::IAM::Role", "ReadSource").toString())
                .contains("codeconnections:UseConnection", "connection/c");
    }

    @Test
    void secondHost_usesTheKeyThatIsThere() {
        String key = "arn:aws:kms:eu-central-1:444455556666:key/12345678-1234-1234-1234-123456789012";
        SynthesizedStack second = SynthesizedStack.of((app, props) ->
                new ApplicationEncryptorStack(app, "E", props, new ThirdPartyOptions(null, "-second", key)));
        assertThat(second.resources("AWS::KMS::Key")).isEmpty();
        assertThat(second.statement("AWS::IAM::Role", "MakeDataKeys")
                        .path("Resource")
                        .asText())
                .isEqualTo(key);
    }

    private static List<String> actions(SynthesizedStack stack) {
        return stack.statements("AWS::IAM::Role").stream()
                .map(statement -> statement.path("Action"))
                .flatMap(action -> action.isArray() ? action.valueStream() : Stream.of(action))
                .map(JsonNode::asText)
                .toList();
    }

    private static List<String> variables(SynthesizedStack stack) {
        return stack.only("AWS::CodeBuild::Project")
                .path("Properties")
                .path("Environment")
                .path("EnvironmentVariables")
                .valueStream()
                .map(variable -> variable.path("Name").asText())
                .toList();
    }
}
