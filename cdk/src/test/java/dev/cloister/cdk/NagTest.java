package dev.cloister.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import io.github.cdklabs.cdknag.NagPackProps;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.services.s3.CfnBucket;

/** cdk-nag's AwsSolutions find nothing, but what carries its reason. */
class NagTest {
    private static final String RULE = "AwsSolutions-.*";

    private static List<Stack> stacks;

    @BeforeAll
    static void check() {
        Node.assumeInstalled();
        App app = App.Builder.create().analyticsReporting(false).build();
        stacks = List.of(
                new SharedBucketStack(app, "SharedBucket", Templates.props("")),
                new ApplicationEncryptorStack(app, "Encryptor", Templates.props(""), ThirdPartyOptions.USUAL),
                new NitroImageBuilderStack(app, "Builder", Templates.props(""), ThirdPartyOptions.USUAL),
                new EnclaveHostStack(app, "Host", Templates.props(""), List.of("Acme", "Globex")));
        Aspects.of(app).add(new AwsSolutionsChecks(NagPackProps.builder().build()));
    }

    @Test
    void awsSolutions_findNothing() {
        for (Stack stack : stacks) {
            Annotations annotations = Annotations.fromStack(stack);
            annotations.hasNoError("*", Match.stringLikeRegexp(RULE));
            annotations.hasNoWarning("*", Match.stringLikeRegexp(RULE));
        }
    }

    @Test
    void bucketWithoutAnything_isFound() {
        App app = App.Builder.create().analyticsReporting(false).build();
        Stack bare = new Stack(app, "Bare");
        CfnBucket.Builder.create(bare, "Bucket").build();
        Aspects.of(app).add(new AwsSolutionsChecks(NagPackProps.builder().build()));
        Annotations.fromStack(bare).hasError("*", Match.stringLikeRegexp("AwsSolutions-S1.*"));
    }

    @Test
    void everyException_hasItsReason() {
        for (Stack stack : stacks) {
            for (String type : List.of("AWS::S3::Bucket", "AWS::IAM::Role", "AWS::CodeBuild::Project")) {
                for (JsonNode resource : SynthesizedStack.of(stack).resources(type)) {
                    for (JsonNode rule :
                            resource.path("Metadata").path("cdk_nag").path("rules_to_suppress")) {
                        assertThat(rule.path("reason").asText()).hasSizeGreaterThan(30);
                    }
                }
            }
        }
    }
}
