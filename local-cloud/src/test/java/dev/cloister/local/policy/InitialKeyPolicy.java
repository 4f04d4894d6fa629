package dev.cloister.local.policy;

import dev.cloister.image.key.KeyPolicy;
import dev.cloister.local.cloudformation.Prediction;
import dev.cloister.local.cloudformation.Template;
import dev.cloister.local.json.JsonText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The policy of the third party's key before the first image is pinned, as the committed template has it. */
public final class InitialKeyPolicy {
    /** The statement that denies decryption to everyone, outside the pinned images once there are any. */
    public static final String DENY_SID = KeyPolicy.DENY_SID;

    private InitialKeyPolicy() {}

    /** The document, for the account that owns the key. */
    public static String of(String account) {
        try {
            Template template = Template.parse(
                    Files.readString(Path.of("..", "cdk", "templates", "application-encryptor.template.json")));
            Map<String, String> parameters = Map.of(
                    "CodeCommitRepositoryName", "application",
                    "CloisterSha256", "0".repeat(64),
                    "ApplicationCodeDirectoryName", "application",
                    "ApplicationCodeS3Path", "s3://bucket/acme",
                    "HostAWSAccountNumber", "111122223333",
                    "HostEncryptionKeyArn", "arn:aws:kms:us-east-1:111122223333:key/0");
            return JsonText.write(Prediction.of(template, parameters, account, "us-east-1", "ApplicationEncryptor")
                    .properties("AWS::KMS::Key", "")
                    .path("KeyPolicy"));
        } catch (Exception e) {
            throw new AssertionError("the committed template cannot be read", e);
        }
    }
}
