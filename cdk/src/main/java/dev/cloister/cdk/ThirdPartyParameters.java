package dev.cloister.cdk;

import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Stack;

/** The parameters that both stacks of the third party have. */
final class ThirdPartyParameters {
    private final Stack stack;

    ThirdPartyParameters(Stack stack) {
        this.stack = stack;
    }

    /** The source that is given, or a CodeCommit repository that a parameter names. */
    CodeSource source(@Nullable CodeSource given) {
        return given != null
                ? given
                : new CodeSource.CodeCommit(Parameter.REPOSITORY.in(
                        stack, "CodeCommitRepositoryName", "Repository with the application, buildspecs and Cloister"));
    }

    /** The place that a parameter names, in the host's account. */
    UploadTarget target(String pathParameter, String description) {
        String path = Parameter.S3_PATH.in(stack, pathParameter, description);
        String account = Parameter.ACCOUNT.in(
                stack, "HostAWSAccountNumber", "Account number of the host, which must own the bucket");
        String key =
                Parameter.KEY_ARN.in(stack, "HostEncryptionKeyArn", "Output KmsKeyArn of the host's shared bucket");
        return new UploadTarget(path, account, key);
    }

    String cloisterSha256() {
        return Parameter.SHA256.in(
                stack, "CloisterSha256", "SHA-256 of the archive in the repository's folder cloister");
    }
}
