package dev.cloister.cdk;

import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.Construct;

/** {@code NitroImageBuilder}, in the third party's account: the pipeline that builds, uploads and pins the image. */
public final class NitroImageBuilderStack extends Stack {
    /** The stack, with its parameters. */
    public NitroImageBuilderStack(Construct scope, String id, StackProps props, ThirdPartyOptions options) {
        super(scope, id, props);
        ThirdPartyParameters parameters = new ThirdPartyParameters(this);
        CodeSource source = parameters.source(options.source());
        UploadTarget target = parameters.target(
                "NitroImageS3Path", "Where the image goes: output UploadPath of the host's shared bucket");
        String existing = options.keyArn();
        String keyArn = existing != null
                ? existing
                : Parameter.KEY_ARN.in(
                        this, "EncryptionKeyArn", "Output EncryptionKeyArn of the stack ApplicationEncryptor");
        String principal = Parameter.PRINCIPAL.in(
                this,
                "HostPrincipal",
                "Who may decrypt in the image: root for the host's account, or role/NAME of its parent instance",
                "root");
        NitroImageBuilder builder = new NitroImageBuilder(
                this,
                "NitroImageBuilder",
                new NitroImageBuilder.Props(
                        NitroImageBuilder.PROJECT + options.suffix(),
                        source,
                        keyArn,
                        principal,
                        target,
                        parameters.cloisterSha256()));
        Outputs.add(this, "ProjectName", "The pipeline", builder.projectName());
        Outputs.add(this, "RoleArn", "The role that the pipeline runs with", builder.roleArn());
    }
}
