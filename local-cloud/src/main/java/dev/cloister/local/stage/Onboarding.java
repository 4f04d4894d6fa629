package dev.cloister.local.stage;

import dev.cloister.cli.CaBundle;
import dev.cloister.cli.CommandException;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.account.Account;
import dev.cloister.local.deploy.DeployException;
import dev.cloister.local.deploy.StackDeployer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What administrators of both accounts set up before anything else: the stacks of the committed templates, so that what
 * is enforced here is what is deployed.
 *
 * @param bucket that both sides share
 * @param uploadPath where in it the third party's files go, as {@code s3://BUCKET/PREFIX}
 * @param bucketKey the ARN of the key that they are encrypted under there
 * @param applicationKey the ARN of the third party's key, which opens for nobody yet
 */
public record Onboarding(String bucket, String uploadPath, String bucketKey, String applicationKey) {
    private static final String THIRD_PARTY_NAME = "acme";
    /** The pipelines' own copy of Cloister, which nobody asks for while no build is started. */
    private static final String NO_ARCHIVE = "0".repeat(64);

    /**
     * Deploys the three stacks.
     *
     * @param home folder of the cloister command, with the templates
     */
    public static Onboarding deploy(Path home, LocalCloud cloud) throws IOException, StageException {
        Map<String, String> shared = deploy(
                home,
                cloud,
                Account.host(),
                "shared-bucket",
                "Digits-FileSharing-Acme",
                Map.of("ThirdPartyAWSAccountNumber", Account.thirdParty().id(), "ThirdPartyName", THIRD_PARTY_NAME));
        Map<String, String> common = Map.of(
                "CodeCommitRepositoryName",
                "digits",
                "CloisterSha256",
                NO_ARCHIVE,
                "HostAWSAccountNumber",
                Account.host().id(),
                "HostEncryptionKeyArn",
                shared.getOrDefault("KmsKeyArn", ""));
        Map<String, String> encryptor = new HashMap<>(common);
        encryptor.put("ApplicationCodeDirectoryName", "application");
        encryptor.put("ApplicationCodeS3Path", shared.getOrDefault("UploadPath", ""));
        String key = deploy(
                        home, cloud, Account.thirdParty(), "application-encryptor", "ApplicationEncryptor", encryptor)
                .getOrDefault("EncryptionKeyArn", "");
        Map<String, String> builder = new HashMap<>(common);
        builder.put("NitroImageS3Path", shared.getOrDefault("UploadPath", ""));
        builder.put("EncryptionKeyArn", key);
        deploy(home, cloud, Account.thirdParty(), "nitro-image-builder", "NitroImageBuilder", builder);
        return new Onboarding(
                shared.getOrDefault("BucketName", ""),
                shared.getOrDefault("UploadPath", ""),
                shared.getOrDefault("KmsKeyArn", ""),
                key);
    }

    private static Map<String, String> deploy(
            Path home, LocalCloud cloud, Account account, String template, String stack, Map<String, String> parameters)
            throws IOException, StageException {
        try (StackDeployer deployer = new StackDeployer(
                cloud.endpoints().kms(),
                cloud.endpoints().region(),
                cloud.credentials(account),
                CaBundle.read(cloud.endpoints().certificateAuthority()))) {
            String text = Files.readString(home.resolve("cdk/templates/" + template + ".template.json"));
            return deployer.deploy(stack, text, parameters).outputs();
        } catch (DeployException | CommandException e) {
            throw new StageException("stack " + stack + ": " + e.getMessage());
        }
    }

    /** The key of an object of the third party's, by its file name. */
    public String object(String fileName) {
        return THIRD_PARTY_NAME + "/" + fileName;
    }
}
