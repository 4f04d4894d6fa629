package dev.cloister.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The parent instance. */
class EnclaveHostStackTest {
    private static SynthesizedStack stack;

    @BeforeAll
    static void synthesize() {
        stack = SynthesizedStack.of((app, props) -> new EnclaveHostStack(app, "Host", props, List.of("")));
    }

    @Test
    void instance_hasEnclavesAnEncryptedVolumeAndTheNewMetadataServiceAlone() {
        stack.has(
                "AWS::EC2::LaunchTemplate",
                Map.of(
                        "LaunchTemplateData",
                        Map.of(
                                "EnclaveOptions", Map.of("Enabled", true),
                                "MetadataOptions", Map.of("HttpTokens", "required", "HttpPutResponseHopLimit", 1),
                                "BlockDeviceMappings", List.of(Map.of("Ebs", Map.of("Encrypted", true))))));
    }

    @Test
    void network_letsNothingInAndHttpsOut() {
        assertThat(stack.only("AWS::EC2::SecurityGroup").path("Properties").has("SecurityGroupIngress"))
                .isFalse();
        assertThat(stack.resources("AWS::EC2::SecurityGroupIngress")).isEmpty();
        stack.has(
                "AWS::EC2::SecurityGroup",
                Map.of("SecurityGroupEgress", List.of(Map.of("FromPort", 443, "ToPort", 443, "IpProtocol", "tcp"))));
    }

    @Test
    void role_decryptsWithTheThirdPartysKeyAndReadsTheSharedBucket() {
        assertThat(stack.statement("AWS::IAM::Role", "AskForDataKeys").toString())
                .contains("\"Action\":\"kms:Decrypt\"", "\"Resource\":{\"Ref\":\"EncryptionKeyArn\"}");
        assertThat(stack.statement("AWS::IAM::Role", "DecryptThroughS3").toString())
                .contains("\"Ref\":\"HostEncryptionKeyArn\"", "kms:ViaService");
        assertThat(stack.statements("AWS::IAM::Role"))
                .allSatisfy(statement -> assertThat(statement.path("Action").toString())
                        .doesNotContain("*", "s3:Put", "s3:Delete", "CreateGrant", "ReEncrypt", "KeyPolicy"));
    }

    @Test
    void lostInstance_isReplacedByOneOther() {
        stack.has("AWS::AutoScaling::AutoScalingGroup", Map.of("MinSize", "1", "MaxSize", "1"));
        stack.hasResource(
                "AWS::AutoScaling::AutoScalingGroup",
                Map.of("CreationPolicy", Map.of("ResourceSignal", Map.of("Count", 1))));
    }

    @Test
    void severalThirdParties_haveAKeyABucketAndAnEnclaveEach() {
        SynthesizedStack two = SynthesizedStack.of(
                (app, props) -> new EnclaveHostStack(app, "Host", props, List.of("Acme", "Globex")));
        assertThat(two.parameters().toString()).contains("EncryptionKeyArn2", "SharedBucketName2");
        assertThat(two.statements("AWS::IAM::Role"))
                .filteredOn(statement -> statement.path("Sid").asText().equals("AskForDataKeys"))
                .hasSize(2);
        assertThat(two.resources("AWS::EC2::LaunchTemplate").toString()).contains("CID=16", "CID=17");
    }

    @Test
    void instanceType_isOnArmUnlessSomebodyChoosesAnother() {
        assertThat(stack.parameters().path("InstanceType").path("Default").asText())
                .isEqualTo("c7g.2xlarge");
    }
}
