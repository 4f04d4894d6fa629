package dev.cloister.cdk;

import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.Construct;

/** {@code ApplicationEncryptor}, in the third party's account: its key, and the pipeline that encrypts with it. */
public final class ApplicationEncryptorStack extends Stack {
    private final String keyArn;

    /** The stack, with its parameters. */
    public ApplicationEncryptorStack(Construct scope, String id, StackProps props, ThirdPartyOptions options) {
        super(scope, id, props);
        ThirdPartyParameters parameters = new ThirdPartyParameters(this);
        CodeSource source = parameters.source(options.source());
        String directory = Parameter.DIRECTORY.in(
                this, "ApplicationCodeDirectoryName", "The application's folder in the repository");
        UploadTarget target = parameters.target(
                "ApplicationCodeS3Path", "Where the package goes: output UploadPath of the host's shared bucket");
        String existing = options.keyArn();
        keyArn = existing != null ? existing : newKey();
        ApplicationEncryptor encryptor = new ApplicationEncryptor(
                this,
                "ApplicationEncryptor",
                new ApplicationEncryptor.Props(
                        ApplicationEncryptor.PROJECT + options.suffix(),
                        source,
                        directory,
                        keyArn,
                        target,
                        parameters.cloisterSha256()));
        Outputs.add(this, "EncryptionKeyArn", "The key, which the stack NitroImageBuilder takes", keyArn);
        Outputs.add(this, "ProjectName", "The pipeline", encryptor.projectName());
        Outputs.add(this, "RoleArn", "The role that the pipeline runs with", encryptor.roleArn());
    }

    private String newKey() {
        String alias = Parameter.KEY_ALIAS.in(this, "EncryptionKeyAlias", "Name of the key", "alias/enclavekey");
        return new ApplicationKey(this, "ApplicationKey", alias).keyArn();
    }

    /** The key's ARN. */
    public String keyArn() {
        return keyArn;
    }
}
