package dev.cloister.cdk;

import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.Construct;

/** {@code ProjectName-FileSharing-ThirdPartyName}, in the host's account: the bucket shared with one third party. */
public final class SharedBucketStack extends Stack {
    /** The stack, with its parameters. */
    public SharedBucketStack(Construct scope, String id, StackProps props) {
        this(scope, id, props, null);
    }

    /**
     * The stack, with its parameters.
     *
     * @param thirdPartyName default of the parameter
     */
    public SharedBucketStack(Construct scope, String id, StackProps props, @Nullable String thirdPartyName) {
        super(scope, id, props);
        String account = Parameter.ACCOUNT.in(
                this, "ThirdPartyAWSAccountNumber", "Account number of the third party that puts files here");
        String name = Parameter.PARTY_NAME.in(
                this,
                "ThirdPartyName",
                "Name of the third party; it may put files under this prefix and no other",
                thirdPartyName);
        SharedBucket shared = new SharedBucket(this, "Shared", account, name, Arns.join("alias/", Aws.STACK_NAME));
        Outputs.add(this, "BucketName", "The shared bucket", shared.bucketName());
        Outputs.add(this, "KmsKeyArn", "HostEncryptionKeyArn of the third party's stacks", shared.keyArn());
        Outputs.add(
                this,
                "UploadPath",
                "ApplicationCodeS3Path and NitroImageS3Path of the third party's stacks",
                Arns.join("s3://", shared.bucketName(), "/", name));
    }
}
