package dev.cloister.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;

/** What {@code cdk deploy} deploys, by the context that it is given. */
class CloisterAppTest {
    @BeforeEach
    void assumeNode() {
        Node.assumeInstalled();
    }

    @Test
    void host_getsABucketForEachThirdPartyAndOneInstance() {
        App app = app(Map.of("role", "host", "project", "Demo", "thirdParties", "Acme,Globex"));
        assertThat(names(app))
                .containsExactlyInAnyOrder("Demo-FileSharing-Acme", "Demo-FileSharing-Globex", "Demo-EnclaveHost");
        assertThat(stack(app, "Demo-FileSharing-Globex").parameters().toString())
                .contains("\"Default\":\"Globex\"");
        assertThat(stack(app, "Demo-EnclaveHost")
                        .parameters()
                        .path("ThirdPartyName2")
                        .toString())
                .contains("\"Default\":\"Globex\"");
    }

    @Test
    void thirdParty_getsBothPipelinesOfOneKey() {
        App app = app(Map.of("role", "third-party", "suffix", "-b", "HostAWSAccountNumber", "111122223333"));
        assertThat(names(app)).containsExactlyInAnyOrder("ApplicationEncryptor-b", "NitroImageBuilder-b");
        SynthesizedStack builder = stack(app, "NitroImageBuilder-b");
        assertThat(builder.parameters().has("EncryptionKeyArn")).isFalse();
        assertThat(builder.parameters()
                        .path("HostAWSAccountNumber")
                        .path("Default")
                        .asText())
                .isEqualTo("111122223333");
        builder.has("AWS::CodeBuild::Project", Map.of("Name", "nitro-image-builder-b"));
    }

    @Test
    void boundaryAndTags_areOnEverything() {
        App app = app(
                Map.of("role", "third-party", "permissionsBoundary", "Boundary", "tags", "team=models,cost-centre=7"));
        SynthesizedStack stack = stack(app, "ApplicationEncryptor");
        assertThat(stack.only("AWS::IAM::Role").path("Properties").toString())
                .contains("\"PermissionsBoundary\"", ":policy/Boundary");
        for (String type : List.of("AWS::IAM::Role", "AWS::KMS::Key", "AWS::CodeBuild::Project")) {
            assertThat(stack.only(type).path("Properties").path("Tags").toString())
                    .contains("\"cost-centre\"", "\"team\"", "\"models\"");
        }
    }

    @Test
    void contextThatIsMissingWrongOrEmpty_isRefusedByName() {
        assertRefused(Map.of(), "-c role=: expected host or third-party");
        assertRefused(Map.of("role", "guest"), "-c role=guest: expected host or third-party");
        assertRefused(Map.of("role", "host"), "-c project=");
        assertRefused(Map.of("role", "host", "project", "Demo"), "-c thirdParties=");
        assertRefused(Map.of("role", "third-party", "suffix", ""), "-c suffix=");
        assertRefused(Map.of("role", "third-party", "tags", "team"), "-c tags=team: expected KEY=VALUE");
        assertRefused(Map.of("role", "third-party", "source", "S3,bucket"), "-c source=S3,bucket");
    }

    private static void assertRefused(Map<String, Object> context, String message) {
        assertThatThrownBy(() -> app(context))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static App app(Map<String, ?> context) {
        App app =
                App.Builder.create().analyticsReporting(false).context(context).build();
        CloisterApp.addStacks(app);
        return app;
    }

    private static List<String> names(App app) {
        return app.getNode().getChildren().stream()
                .filter(Stack.class::isInstance)
                .map(child -> ((Stack) child).getStackName())
                .toList();
    }

    private static SynthesizedStack stack(App app, String name) {
        return SynthesizedStack.of((Stack) app.getNode().findChild(name));
    }
}
