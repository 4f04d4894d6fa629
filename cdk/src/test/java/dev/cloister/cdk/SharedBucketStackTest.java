package dev.cloister.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The host's bucket for one third party. */
class SharedBucketStackTest {
    private static final String KEY = "{\"Fn::GetAtt\": [\"SharedKey92D6DE9D\", \"Arn\"]}";
    private static final String BUCKET = "{\"Fn::GetAtt\": [\"SharedBucketB60214D0\", \"Arn\"]}";

    private static SynthesizedStack stack;

    @BeforeAll
    static void synthesize() {
        stack = SynthesizedStack.of((app, props) -> new SharedBucketStack(app, "SharedBucket", props));
    }

    @Test
    void bucket_isVersionedEncryptedPrivateAndLogged() {
        stack.has(
                "AWS::S3::Bucket",
                Map.of(
                        "VersioningConfiguration", Map.of("Status", "Enabled"),
                        "OwnershipControls", Map.of("Rules", List.of(Map.of("ObjectOwnership", "BucketOwnerEnforced"))),
                        "PublicAccessBlockConfiguration",
                                Map.of(
                                        "BlockPublicAcls", true,
                                        "BlockPublicPolicy", true,
                                        "IgnorePublicAcls", true,
                                        "RestrictPublicBuckets", true),
                        "LoggingConfiguration", Map.of("LogFilePrefix", "access/")));
    }

    @Test
    void bucketAndKeys_outliveTheirStack() {
        stack.hasResource("AWS::KMS::Key", Map.of("DeletionPolicy", "Retain", "UpdateReplacePolicy", "Retain"));
        assertThat(stack.resources("AWS::S3::Bucket"))
                .hasSize(2)
                .allSatisfy(bucket ->
                        assertThat(bucket.path("DeletionPolicy").asText()).isEqualTo("Retain"));
    }

    @Test
    void thirdParty_putsUnderItsOwnPrefixWithTheRightHeadersAlone() {
        assertThat(stack.statement("AWS::S3::BucketPolicy", "EnableThirdPartyAccess")
                        .toPrettyString())
                .isEqualToIgnoringWhitespace("""
                        {
                          "Action": ["s3:PutObject", "s3:PutObjectAcl"],
                          "Condition": {
                            "StringEquals": {
                              "s3:x-amz-acl": "bucket-owner-full-control",
                              "s3:x-amz-server-side-encryption": "aws:kms",
                              "s3:x-amz-server-side-encryption-aws-kms-key-id": %1$s
                            }
                          },
                          "Effect": "Allow",
                          "Principal": {"AWS": {"Fn::Join": ["", [
                            "arn:", {"Ref": "AWS::Partition"}, ":iam::", {"Ref": "ThirdPartyAWSAccountNumber"}, ":root"
                          ]]}},
                          "Resource": {"Fn::Join": ["", [%2$s, "/", {"Ref": "ThirdPartyName"}, "/*"]]},
                          "Sid": "EnableThirdPartyAccess"
                        }
                        """.formatted(KEY, BUCKET));
    }

    @Test
    void thirdParty_readsListsAndDeletesNothing() {
        assertThat(stack.statements("AWS::S3::BucketPolicy"))
                .filteredOn(statement -> statement.path("Effect").asText().equals("Allow"))
                .allSatisfy(statement ->
                        assertThat(statement.path("Action").toString()).doesNotContain("Get", "List", "Delete", "*"));
    }

    @Test
    void plainHttpOtherEncryptionAndAnotherKey_areDeniedToEveryone() {
        for (String sid : List.of("DenyPlainHttp", "DenyOtherEncryption", "DenyOtherKey")) {
            assertThat(stack.statement("AWS::S3::BucketPolicy", sid).toString())
                    .contains("\"Effect\":\"Deny\"", "\"Principal\":\"*\"");
        }
    }

    /** A part of a large upload has no such headers; to deny it for that would deny every large upload. */
    @Test
    void headerThatIsMissing_isNoReasonToDeny() {
        for (String sid : List.of("DenyOtherEncryption", "DenyOtherKey")) {
            assertThat(stack.statement("AWS::S3::BucketPolicy", sid)
                            .path("Condition")
                            .path("Null")
                            .toString())
                    .containsPattern("s3:x-amz-server-side-encryption[a-z-]*\":\"false\"");
        }
    }

    @Test
    void thirdParty_usesTheBucketsKeyThroughS3Alone() {
        JsonNode statement = stack.statement("AWS::KMS::Key", "EnableThirdPartyUpload");
        assertThat(statement.path("Action").toString()).isEqualTo("[\"kms:GenerateDataKey\",\"kms:Decrypt\"]");
        assertThat(statement.path("Condition").path("StringEquals").toString()).contains("kms:ViaService", "s3.");
    }

    @Test
    void outputs_areWhatTheThirdPartyTypesIn() {
        assertThat(stack.outputs()).containsExactlyInAnyOrder("BucketName", "KmsKeyArn", "UploadPath");
    }
}
